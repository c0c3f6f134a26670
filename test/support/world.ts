import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Context } from "../../src/backup/context.ts";
import { silentProgress } from "../../src/backup/progress.ts";
import { run } from "../../src/cli/run.ts";
import { removeContents } from "../../src/disk/remove-tree.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { testCli, type TestCliOptions } from "./cli.ts";

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Buffer;
}

export type RunOptions = Partial<Omit<TestCliOptions, "home">> & {
  /** Without the identity that lies in the home. */
  readonly keyless?: boolean;
};

/** Two homes, an old and a new one, and a place for archives beside them; gone when the test ends. */
export interface World {
  readonly home: string;
  readonly newHome: string;
  readonly archives: string;
  readonly identityFile: string;
  readonly recipient: string;
  /** `ocbak …` in this process, at home in the old home, whose default identity is the key. */
  readonly ocbak: (argv: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** For the use cases. */
  readonly context: (overrides?: Partial<Context>) => Context;
}

export async function makeWorld(): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "ocbak-test-")));
  onTestFinished(() => {
    for (const directory of [root, recordsOf(root), recordsOf(root, "nobody")]) {
      if (!existsSync(directory)) continue;
      removeContents(Buffer.from(directory));
      rmdirSync(directory);
    }
  });
  const [home, newHome, archives] = ["old", "new", "archives"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [home, newHome, archives]) mkdirSync(directory);
  const { identity, recipient } = await generateIdentity("x25519");
  const identityFile = join(home, ".config/ocbak/identity.txt");
  mkdirSync(join(home, ".config/ocbak"), { recursive: true });
  writeFileSync(identityFile, `${identity.reveal()}\n`, { mode: 0o600 });
  const records = { XDG_STATE_HOME: recordsOf(root) };
  return {
    home,
    newHome,
    archives,
    identityFile,
    recipient,
    ocbak: (argv, options) => runIn(home, argv, { ...options, env: { ...records, ...options?.env } }),
    context: (overrides) => ({
      ...testCli({ home, env: records }).io,
      progress: silentProgress,
      notice: () => {},
      ...overrides,
    }),
  };
}

/** Where the runs of a world are recorded: beside it, as tests compare what is in it, and give it to other users. */
export function recordsOf(root: string, user: "root" | "nobody" = "root"): string {
  return `${root}-records-of-${user}`;
}

async function runIn(
  home: string,
  argv: readonly string[],
  { keyless, env, ...options }: RunOptions = {},
): Promise<Ran> {
  const cli = testCli({
    home,
    ...options,
    env: { ...(keyless && { XDG_CONFIG_HOME: "/nonexistent" }), ...env },
  });
  const status = await run(argv, cli.io);
  return { status, out: cli.out(), err: cli.err(), bytes: cli.bytes() };
}

/** Names in a directory, hidden ones too, sorted. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory).sort();
}
