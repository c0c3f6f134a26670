import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { noise, smallInstallation } from "./installation.ts";
import { start } from "./program.ts";
import { plant } from "./tree.ts";
import { walkTree } from "./walk.ts";
import { makeWorld, type World } from "./world.ts";

export interface Tally {
  /** Runs that the signal reached in time, and those that were done before. */
  killed: number;
  finished: number;
  /** Whatever a kill must not leave, in words. Empty is what it should be. */
  readonly wrong: string[];
}

/** An installation with something of everything. */
export async function worldToKill(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  plant(world.home, {
    ".openclaw/big": noise(3 * 1024 * 1024),
    ".openclaw/memory.sqlite": { rows: 100 },
  });
  for (let n = 0; n < 30; n += 1) plant(world.home, { [`.openclaw/workspace/notes/${n}.md`]: `note ${n}` });
  return world;
}

/** Runs the program and kills it at random moments, spread over the time that a whole run takes on this machine now. */
export class Killer {
  readonly tally: Tally = { killed: 0, finished: 0, wrong: [] };
  readonly #world: World;
  #wholeMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** A run to its end, which tells how long one takes. */
  async whole(argv: readonly string[]): Promise<void> {
    const startedAt = performance.now();
    const { status, err } = await start(this.#world, argv).ended;
    if (status !== 0) throw new Error(`a whole run ended with ${status}: ${err}`);
    this.#wholeMs = performance.now() - startedAt;
  }

  async killed(argv: readonly string[]): Promise<void> {
    const startedAt = performance.now();
    const { child, ended } = start(this.#world, argv);
    const timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * this.#wholeMs);
    const { status } = await ended;
    clearTimeout(timer);
    if (status === null) {
      this.tally.killed += 1;
      return;
    }
    // Done before the signal came: the machine has less to do than it had.
    this.tally.finished += 1;
    this.#wholeMs = performance.now() - startedAt;
  }
}

/** Kills `create` that many times, and looks at what it left under the finished name. */
export async function killCreates(world: World, times: number): Promise<Tally> {
  const killer = new Killer(world);
  const { tally } = killer;
  const create = (name: string) => ["create", "--quiet", "-o", join(world.archives, name)];
  await killer.whole(create("first.ocbak"));
  for (let n = 0; tally.killed < times; n += 1) {
    const name = `${n}.ocbak`;
    await killer.killed(create(name));
    const others = readdirSync(world.archives).filter((one) => !/^\w+\.ocbak$/.test(one));
    const strange = others.filter((one) => !/^\.\d+\.ocbak\.[0-9a-f]+\.partial$/.test(one));
    if (strange.length > 0) tally.wrong.push(`run ${n} left ${strange.join(", ")}`);
    if (!existsSync(join(world.archives, name))) continue;
    const { status, out } = await world.ocbak(["verify", join(world.archives, name)]);
    if (status !== 0) tally.wrong.push(`run ${n}: ${out}`);
  }
  const last = await world.ocbak(create("last.ocbak"));
  if (last.status !== 0) tally.wrong.push(`the next create ended with ${last.status}: ${last.err}`);
  const cache = join(world.home, ".cache/ocbak");
  const left = existsSync(cache) ? readdirSync(cache) : [];
  if (left.length > 0) tally.wrong.push(`private copies are left after it: ${left.join(", ")}`);
  return tally;
}

/**
 * Kills `restore --replace` that many times over a target with something in it. Each place must be as it was, hold the
 * whole restored tree, or be empty between the two; after the next command all are whole, nothing is left of the killed
 * one, and what was there before is beside them.
 */
export async function killRestores(world: World, times: number): Promise<Tally> {
  const killer = new Killer(world);
  const archive = join(world.archives, "to-restore.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  const restore = (home: string) => ["restore", "--quiet", "--replace", "--home", home, archive];
  await killer.whole(restore(world.newHome));
  const whole = placesIn(world.newHome);
  for (let n = 0; killer.tally.killed < times; n += 1) {
    const home = `${world.newHome}-${n}`;
    mkdirSync(home);
    plant(home, { ".openclaw/mine": "mine" });
    const before = placesIn(home);
    await killer.killed(restore(home));
    const wrong = placesIn(home).filter((place, at) => ![before[at], whole[at], "nothing"].includes(place));
    // The program again: one on another host cannot tell whether the killed one is still at work.
    const { status, err } = await start(world, restore(home)).ended;
    if (status !== 0) wrong.push(`the next restore ended with ${status}: ${err}`);
    if (placesIn(home).join("") !== whole.join("")) wrong.push("the next restore was not whole");
    wrong.push(...leftIn(home));
    killer.tally.wrong.push(...wrong.map((what) => `run ${n}: ${what.slice(0, 300)}`));
    rmSync(home, { recursive: true });
  }
  return killer.tally;
}

/** What must not be there, and what must. */
function leftIn(home: string): string[] {
  const names = readdirSync(home);
  const staged = names.filter((name) => name.includes("-staging-"));
  const kept = names.filter((name) => existsSync(join(home, name, "mine")));
  return [...staged, ...(kept.length === 1 ? [] : ["what was there before is not beside it"])];
}

/** What stands at each place that is restored to. */
function placesIn(home: string): string[] {
  return [".openclaw", "projects/bob"].map((place) =>
    existsSync(join(home, place))
      ? JSON.stringify(walkTree(join(home, place), { isPrivate: inState }))
      : "nothing",
  );
}

function inState(path: string): boolean {
  return !path.startsWith("workspace");
}
