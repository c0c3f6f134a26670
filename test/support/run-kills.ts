import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { initDirectoryStore } from "../../src/store/directory-store.ts";
import { Killer, type Tally } from "./kills.ts";
import { start } from "./program.ts";
import { namesIn, type World } from "./world.ts";

const stores = ["usb", "nas"];

/** Two stores, and settings that keep three archives in each. */
export async function configureRuns(world: World): Promise<void> {
  const { now, hostname: host, pid, isRunning } = world.context();
  const places = stores.map((name) => ({ name, path: join(world.archives, name) }));
  for (const { path } of places) await initDirectoryStore(path, { now, processes: { host, pid, isRunning } });
  const settings = { recipients: [world.recipient], stores: places, retention: { keepLast: 3 } };
  writeFileSync(join(world.home, ".config/ocbak/config.json"), JSON.stringify(settings));
}

/**
 * Kills `ocbak run` that many times. Whatever stands under a finished name in a store must be a whole archive; the next
 * run must end well, be on top of a series without forks, and no store may be locked for ever.
 */
export async function killRuns(world: World, times: number): Promise<Tally> {
  const killer = new Killer(world);
  const { tally } = killer;
  await killer.whole(["run", "--quiet"]);
  while (tally.killed < times) {
    await killer.killed(["run", "--quiet"]);
    for (const store of stores) tally.wrong.push(...(await brokenIn(world, store)));
    if (tally.killed % 10 !== 0) continue;
    const { status, err } = await start(world, ["run", "--quiet"]).ended;
    if (status !== 0) tally.wrong.push(`the run after ${tally.killed} kills ended with ${status}: ${err}`);
    tally.wrong.push(...(await wrongSeries(world)));
  }
  const { out } = await start(world, ["status", "--json"]).ended;
  if (!out.includes('"outcome":"killed"')) tally.wrong.push(`no run is known to have been killed: ${out}`);
  return tally;
}

async function brokenIn(world: World, store: string): Promise<string[]> {
  const folder = join(world.archives, store);
  const names = namesIn(folder).filter((name) => name.endsWith(".ocbak"));
  const wrong: string[] = [];
  for (const name of names) {
    const { status, out } = await world.ocbak(["verify", join(folder, name)]);
    if (status !== 0) wrong.push(`${store}/${name}: ${out}`);
  }
  return wrong;
}

interface Listed {
  readonly stores: readonly {
    readonly report: {
      readonly series: readonly {
        readonly forks: readonly unknown[];
        readonly archives: readonly unknown[];
      }[];
    };
  }[];
}

async function wrongSeries(world: World): Promise<string[]> {
  const { out, err } = await start(world, ["archives", "--json"]).ended;
  if (out === "") return [`archives: ${err}`];
  return (JSON.parse(out) as Listed).stores.flatMap(({ report: { series } }) => [
    ...(series.length === 1 ? [] : [`${series.length} series: ${out}`]),
    ...series.flatMap(({ forks }) => (forks.length === 0 ? [] : [`forks: ${JSON.stringify(forks)}`])),
    ...series.flatMap(({ archives }) =>
      archives.length <= 3 ? [] : [`${archives.length} archives are kept`],
    ),
  ]);
}
