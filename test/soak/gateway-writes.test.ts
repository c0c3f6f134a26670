import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Gateway } from "../e2e/support/gateway.ts";
import type { Installation } from "../e2e/support/installation.ts";
import { keygen } from "../e2e/support/ocbak.ts";
import { makeSource } from "../e2e/support/source.ts";
import { backUpUnderWrites, startWriters, type Backup, type Keys } from "../e2e/support/under-writes.ts";
import { openWorld, type World } from "../e2e/support/world.ts";

const times = 20;
const rows = 20_000;

const stack = new AsyncDisposableStack();
let world: World;
let installation: Installation;
let gateway: Gateway;
let keys: Keys;

beforeAll(async () => {
  world = stack.use(await openWorld());
  installation = world.installation(world.before.user, world.before.home);
  gateway = await makeSource(installation, world.model.url);
  stack.defer(() => gateway.stop());
  const identity = join(world.archives, "identity.txt");
  keys = { identity, recipient: await keygen(world.ocbak, world.before, identity) };
});

afterAll(() => stack.disposeAsync());

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => console.error(gateway.log().slice(-3000)));
});

it("twenty backups in a row under a real gateway, two databases written to every 5 milliseconds, miss nothing", async () => {
  const idleBefore = await idle();
  const backups: Backup[] = [];
  await using writers = await startWriters(world, installation, rows);
  const begin = { at: performance.now(), ...counts(writers) };
  for (let n = 0; n < times; n += 1) backups.push(await backUp(writers));
  const end = { at: performance.now(), ...counts(writers) };
  expect([writers.agent.hasDied(), writers.thirdParty.hasDied()]).toEqual([false, false]);
  expect(await gateway.health()).toMatchObject({ ok: true, status: "live" });
  await writers[Symbol.asyncDispose]();
  const perSecond = (kind: "agent" | "thirdParty") =>
    Math.round((1000 * (end[kind] - begin[kind])) / (end.at - begin.at));
  console.table({
    "idle before, seconds": secondsOf(idleBefore),
    "under writes, seconds": secondsOf(backups),
    "idle after, seconds": secondsOf(await idle()),
    "commits a second": { agent: perSecond("agent"), thirdParty: perSecond("thirdParty") },
  });
  const told = backups.map(({ report, databases, wrong }) => [
    report.status,
    report.json["complete"],
    report.json["verified"],
    databases >= 4,
    wrong,
  ]);
  expect(told).toEqual(backups.map(() => [0, true, "full", true, []]));
});

/** Three of the same size, while nobody but the gateway has a database open. */
async function idle(): Promise<Backup[]> {
  await using writers = await startWriters(world, installation, rows);
  await writers[Symbol.asyncDispose]();
  return [await backUp(writers), await backUp(writers), await backUp(writers)];
}

function backUp(writers: Awaited<ReturnType<typeof startWriters>>): Promise<Backup> {
  return backUpUnderWrites(world, { as: world.before, keys }, writers);
}

function counts({ agent, thirdParty }: Awaited<ReturnType<typeof startWriters>>) {
  return { agent: agent.committed(), thirdParty: thirdParty.committed() };
}

function secondsOf(backups: readonly Backup[]): Record<"least" | "median" | "most", number> {
  const sorted = backups.map(({ seconds }) => Math.round(seconds * 10) / 10).sort((a, b) => a - b);
  return { least: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, most: sorted.at(-1)! };
}
