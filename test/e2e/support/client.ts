import { chmod, copyFile, mkdir, mkdtemp, rename, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.ts";
import { demand } from "./command.ts";

const VERSION = "2026.9.6";
const LAUNCHER = "node_modules/openclaw/openclaw.mjs";

/** The real OpenClaw client and a Node to run it with, both at a place every user can reach. */
export interface Client {
  readonly version: string;
  /** Folder with `node` and `openclaw`, for PATH. */
  readonly bin: string;
  readonly node: string;
  readonly openclaw: string;
}

/**
 * Installs the client once per machine, in `OCBAK_E2E_CACHE` (default `/var/cache/ocbak-e2e`).
 * A finished folder is taken as it is: it gets its name only when everything is in it.
 */
export async function installClient(cleanup: Cleanup): Promise<Client> {
  const cache = process.env["OCBAK_E2E_CACHE"] ?? "/var/cache/ocbak-e2e";
  if ((await mkdir(cache, { recursive: true })) !== undefined) await chmod(cache, 0o755);
  const openclaw = join(cache, `openclaw-${VERSION}`);
  const bin = join(cache, `bin-openclaw-${VERSION}-node-${process.version}`);
  await once(openclaw, cleanup, fetchOpenclaw);
  await once(bin, cleanup, (folder) => fillBin(folder, openclaw));
  return { version: VERSION, bin, node: join(bin, "node"), openclaw: join(bin, "openclaw") };
}

async function once(
  folder: string,
  cleanup: Cleanup,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (await exists(folder)) return;
  const draft = await mkdtemp(`${folder}.draft-`);
  cleanup.folder(draft);
  await fill(draft);
  await demand({ file: "chmod", args: ["-R", "a+rX", draft], timeoutMs: 60_000 });
  await rename(draft, folder);
}

// Whether npm runs install scripts differs from npm to npm, so it never does here: the client's first start, which
// needs the right to write into its own folder, makes up for it.
async function fetchOpenclaw(folder: string): Promise<void> {
  const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
  await demand({ file: "npm", args: [...args, `openclaw@${VERSION}`], cwd: folder, timeoutMs: 240_000 });
  const launcher = join(folder, LAUNCHER);
  const env = { HOME: folder, TMPDIR: folder, PATH: "/usr/bin:/bin" };
  await demand({
    file: process.execPath,
    args: [launcher, "--version"],
    cwd: folder,
    env,
    timeoutMs: 60_000,
  });
}

// The node that runs this test may live in a folder closed to others: copy it.
async function fillBin(folder: string, openclaw: string): Promise<void> {
  await copyFile(process.execPath, join(folder, "node"));
  await symlink(join(openclaw, LAUNCHER), join(folder, "openclaw"));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
