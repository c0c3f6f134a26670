import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demand, run } from "../e2e/support/command.ts";
import { hold, offline, ownFolder, runGateway } from "../e2e/support/installations/made.ts";
import { onboard, openclaw, sessions, stateDir, type Installation } from "../e2e/support/installation.ts";
import { keygen, ocbak, type Caller, type Report } from "../e2e/support/ocbak.ts";
import { MOLTY } from "../e2e/support/source.ts";
import { printTimings, timed } from "../e2e/support/timing.ts";
import { openWorld, type World } from "../e2e/support/world.ts";

type Sessions = Readonly<Record<string, string>>;

/** What an onboarding of its own has after one conversation. */
interface Lived {
  readonly installation: Installation;
  readonly sessions: Sessions;
}

const stack = new AsyncDisposableStack();
let world: World;
let identity: string;
let archive: string;
let source: Lived;

beforeAll(async () => {
  world = stack.use(await openWorld());
  identity = join(world.archives, "identity.txt");
  const recipient = await keygen(world.ocbak, world.root, identity);
  source = await onboarded(world.installation(world.before.user, world.before.home));
  const created = await timed("ocbak create", () =>
    ocbak(world.ocbak, world.before, "create", "-r", recipient, "-o", world.archives),
  );
  if (created.status !== 0) throw new Error(created.stderr);
  archive = String(created.json["archive"]);
  // So that the new user may read them: how they come to the other machine is a person's affair.
  await give(archive, identity);
});

afterAll(async () => {
  await stack.disposeAsync();
  printTimings();
});

/** Who restores into a home of the user `after`: root, who says for whom, or that user. */
const cases = [
  { by: "root for its user", asRoot: true, profile: undefined },
  { by: "its user", asRoot: false, profile: undefined },
  { by: "root for its user, with a profile", asRoot: true, profile: "work" },
  { by: "its user, with a profile", asRoot: false, profile: "work" },
] as const;

describe.each(cases)("onto a fresh onboarding, restored by $by", ({ by, asRoot, profile }) => {
  let fresh: Lived;
  let installation: Installation;

  it("the gateway starts on the restored state and knows its conversations", async () => {
    installation = {
      ...world.installation(
        world.after.user,
        `${world.after.home}-${cases.findIndex((one) => one.by === by)}`,
      ),
      ...(profile && { profile }),
    };
    await ownFolder(installation, installation.home);
    fresh = await onboarded(installation);
    const refused = await restore(archive);
    expect([refused.status, refused.stderr]).toEqual([26, expect.stringContaining("--replace")]);
    const restored = await timed(`${by}: ocbak restore`, () => restore("--replace", archive));
    expect([restored.status, restored.stderr]).toEqual([0, ""]);
    const checks = restored.json["checks"] as { ok: boolean }[];
    expect(checks.map(({ ok }) => ok)).toEqual(checks.map(() => true));
    expect(await openToOthers(stateDir(installation), installation)).toEqual([]);
    await runGateway(installation, async () => {
      expect(await sessions(installation)).toEqual(source.sessions);
    });
  });

  it("doctor finds neither an owner nor a mode to complain of", async () => {
    const { status, stdout, stderr } = await timed(`${by}: openclaw doctor`, () =>
      run(openclaw(installation, "doctor", "--non-interactive")),
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining("Doctor complete")]);
    expect(`${stdout}${stderr}`).not.toMatch(
      /too open|world.?readable|group.?readable|suspicious ownership/i,
    );
  });

  it("with --undo the fresh one is back, and its gateway starts again", async () => {
    const undone = await timed(`${by}: ocbak restore --undo`, () => restore("--undo"));
    expect([undone.status, undone.stderr]).toEqual([0, ""]);
    await runGateway(installation, async () => {
      expect(await sessions(installation)).toEqual(fresh.sessions);
    });
    const staging = (await readdir(installation.home)).filter((name) => name.includes("ocbak-staging"));
    expect(staging).toEqual([]);
  });

  function restore(...args: readonly string[]): Promise<Report> {
    const { user, home } = installation;
    const caller: Caller = asRoot ? world.root : { user, home };
    const flags = [
      ...(asRoot ? ["--owner", user.name, "--home", home] : []),
      ...(profile === undefined ? [] : ["--profile", profile]),
      ...(args.includes("--undo") ? [] : ["-i", identity]),
    ];
    return ocbak(world.ocbak, caller, "restore", ...flags, ...args);
  }
});

/** Onboards, and holds one conversation. */
async function onboarded(installation: Installation): Promise<Lived> {
  await timed("onboard", () => onboard(installation, world.model.url));
  await offline(installation);
  let held: Sessions = {};
  await runGateway(installation, async () => {
    await hold(installation, MOLTY);
    held = await sessions(installation);
  });
  if (held[MOLTY] === undefined) throw new Error(`no conversation is listed: ${Object.keys(held).join()}`);
  return { installation, sessions: held };
}

async function give(...files: readonly string[]): Promise<void> {
  const { name } = world.after.user;
  await demand({ file: "chown", args: [`${name}:`, ...files], timeoutMs: 10_000 });
}

/** What is somebody else's, or (outside of the workspace) open to others. */
async function openToOthers(directory: string, { user }: Installation): Promise<string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = [directory, ...names.map((entry) => join(entry.parentPath, entry.name))];
  const looked = paths.map(async (path) => {
    const { mode, uid, gid } = await lstat(path);
    const isPrivate = !path.startsWith(join(directory, "workspace"));
    const isOpen = isPrivate && (mode & 0o170000) !== 0o120000 && (mode & 0o077) !== 0;
    return uid !== user.uid || gid !== user.gid || isOpen
      ? [`${path} ${uid}:${gid} ${mode.toString(8)}`]
      : [];
  });
  return (await Promise.all(looked)).flat();
}
