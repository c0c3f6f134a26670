import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { demand, type Command } from "../e2e/support/command.ts";
import { openclaw, type Installation } from "../e2e/support/installation.ts";
import { ownFolder } from "../e2e/support/installations/made.ts";
import { installPlugin, makeWithWhatsapp, specOf } from "../e2e/support/installations/whatsapp.ts";
import { plugins } from "../e2e/support/life.ts";
import { movedTo, putAway } from "../e2e/support/moved.ts";
import { keygen, ocbak } from "../e2e/support/ocbak.ts";
import { printTimings, timed } from "../e2e/support/timing.ts";
import { openWorld, type World } from "../e2e/support/world.ts";

const PLUGIN = { id: "whatsapp", enabled: true, status: "loaded" };

const stack = new AsyncDisposableStack();
let world: World;
let source: Installation;
let identity: string;

const ways = ["with", "without"] as const;
const archiveOf = (way: string) => join(world.archives, `${way}.ocbak`);

beforeAll(async () => {
  world = stack.use(await openWorld());
  identity = join(world.archives, "identity.txt");
  const recipient = await keygen(world.ocbak, world.root, identity);
  source = await makeWithWhatsapp(world);
  for (const way of ways) {
    const include = way === "with" ? ["--include", "plugins"] : [];
    const args = ["create", ...include, "-r", recipient, "-o", archiveOf(way)];
    const caller = { user: source.user, home: source.home };
    const created = await timed(`ocbak create ${way} plugins`, () => ocbak(world.ocbak, caller, ...args));
    if (created.status !== 0) throw new Error(created.stderr);
  }
});

afterAll(async () => {
  await stack.disposeAsync();
  printTimings();
});

it("the real plugin of WhatsApp runs before the move", async () => {
  expect(await plugins(source)).toMatchObject([PLUGIN]);
  await putAway(source.home);
});

describe("the real plugin of WhatsApp, in an archive with plugins", () => {
  it("is there after the move, and runs without a network", async () => {
    const { target, report } = await move("with");
    expect(toldCommands(report)).toEqual([]);
    const inspected = await demand(
      offline(openclaw(target, "plugins", "inspect", "whatsapp", "--runtime", "--json")),
    );
    expect(JSON.parse(inspected)).toMatchObject({ plugin: { ...PLUGIN, channelIds: ["whatsapp"] } });
    expect(inspected).not.toContain(source.home);
  });
});

describe("the real plugin of WhatsApp, in an archive without plugins", () => {
  it("is named with a command, and is back once that was run", async () => {
    const { target, report } = await move("without");
    const command = `openclaw plugins install ${specOf(source)} --force`;
    expect(toldCommands(report)).toEqual([command, command]);
    expect(await plugins(target)).not.toMatchObject([PLUGIN]);
    await installPlugin(target, command.replace(/^openclaw /, ""));
    expect(await plugins(target)).toMatchObject([PLUGIN]);
  });
});

async function move(way: (typeof ways)[number]): Promise<{ target: Installation; report: RestoreReport }> {
  const target = movedTo(source, world.after.user, `${world.after.home}-${way}`);
  await ownFolder(target, target.home);
  const args = ["--owner", target.user.name, "--home", target.home, "-i", identity, archiveOf(way)];
  const restored = await timed(`ocbak restore ${way} plugins`, () =>
    ocbak(world.ocbak, world.root, "restore", ...args),
  );
  expect([restored.status, restored.stderr]).toEqual([0, ""]);
  return { target, report: restored.json as unknown as RestoreReport };
}

/** Commands that the check and the next steps name to install a plugin again. */
function toldCommands({ checks, hints }: RestoreReport): string[] {
  const detail = checks.find(({ name }) => name === "installation")?.detail ?? "";
  return [detail, ...hints].flatMap(
    (text) => text.match(/openclaw plugins (?:install|update) [^:)]*/g) ?? [],
  );
}

/** The same command on a machine that knows no other. */
function offline({ as, ...command }: Command): Command {
  const { uid, gid } = as!;
  const user = ["--reuid", `${uid}`, "--regid", `${gid}`, "--clear-groups"];
  return { ...command, file: "unshare", args: ["--net", "setpriv", ...user, command.file, ...command.args] };
}
