/**
 * `npm run bench -- [--size S|M|L]`: ocbak beside its peers on a tree of OpenClaw's shape. docs/benchmarks.md has the
 * other flags. The tree is kept in DIR and used again; all else is removed at the end.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { census } from "./census.ts";
import { type JobName, type Tool, jobs } from "./jobs.ts";
import { keepTree } from "./kept-tree.ts";
import { about } from "./machine.ts";
import { optionsOf } from "./options.ts";
import { smallFiles } from "./plan.ts";
import { type Track, makeArchive, race } from "./race.ts";
import { reportOf, resultsOf } from "./report.ts";
import { type Row, rowsOf } from "./table.ts";
import { type Skipped, findTools } from "./tools/tools.ts";

const options = optionsOf(process.argv.slice(2));

/** ext4 makes files 10 to 20 times slower for that long after many were removed. */
const afterMassDeleteMs = 40_000;

const { dir, tree } = options;
mkdirSync(dir, { recursive: true, mode: 0o700 });
const given = typeof tree === "object" && "home" in tree;
const { home, change } = given ? { home: tree.home, change: () => 0 } : keepTree(dir, tree);
const whole = census(join(home, ".openclaw"));

const begun = performance.now();
const folder = mkdtempSync(join(dir, "run-"));
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  LANG: "C.UTF-8",
  NO_COLOR: "1",
  // The home is what is backed up: nobody shall write into it.
  XDG_CONFIG_HOME: join(folder, "config"),
  XDG_CACHE_HOME: join(folder, "cache"),
  XDG_STATE_HOME: join(folder, "state"),
};
try {
  await run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const program = [process.execPath, options.program];
  const identity = join(folder, "identity.txt");
  const recipient = ocbak(["keygen", "--quiet", "-o", identity]).trim();
  const leftOut = leftOutOf(recipient);
  const places = { folder, home, recipient, identity, given, openclaw: options.openclaw };
  const { tools, skipped } = findTools({ ...places, ocbak: program.join(" ") }, options.peers);
  const dropped: Skipped[] = [...skipped];
  for (const { name, why } of skipped) console.error(`without ${name}: ${why}`);
  const drop = (skipped: Skipped): void => {
    dropped.push(skipped);
    console.error(`without ${skipped.name}: ${skipped.why}`);
  };
  const rows: Row[] = [];
  const track: Track = { ...options, home, env, change, drop, whole: given ? undefined : whole };
  if (!options.only.includes("create")) for (const tool of tools) makeArchive(tool, track);
  for (const job of options.only) {
    const why = whyNot(job);
    if (why !== undefined) drop({ name: jobs[job], why });
    else rows.push(...(await raced(job, tools, track)));
  }
  const { rounds, slowRounds } = options;
  const facts = { ...about(dir, tools, env), tree, whole, rounds, slowRounds, leftOut, dropped };
  const file = join(dir, "results.json");
  writeFileSync(file, `${JSON.stringify(resultsOf(rows, facts), null, 2)}\n`);
  console.log(`${reportOf(rows, facts)}\n\nall figures: ${file}`);
}

async function raced(job: JobName, tools: readonly Tool[], track: Track): Promise<Row[]> {
  if (job === "restore") await setTimeout(Math.max(0, afterMassDeleteMs - (performance.now() - begun)));
  return rowsOf(race(job, tools, track));
}

/** Why a job cannot run here, if it cannot. */
function whyNot(job: JobName): string | undefined {
  if (job === "cold" && process.geteuid?.() !== 0) return "only root can empty the page cache";
  if (job === "again" && given) return "the tree is not this bench's to change";
  const missing = Object.values(smallFiles).filter((path) => !existsSync(join(home, ".openclaw", path)));
  if (job === "cat" && missing.length > 0) return `there is no ${missing.join(", no ")} in the tree`;
}

function ocbak(args: readonly string[]): string {
  return execFileSync(process.execPath, [options.program, ...args], { env, encoding: "utf8" });
}

/** A comparison in which ocbak has less to do than the others would be none: of a given tree, it is told. */
function leftOutOf(recipient: string): number {
  const flags = given ? ["--no-default-excludes"] : [];
  const json = ocbak(["create", "--dry-run", "--json", "-r", recipient, ...flags]);
  const { excluded } = (JSON.parse(json) as { entries: { excluded: number } }).entries;
  if (excluded === 0) return 0;
  if (!given) throw new Error(`ocbak leaves out ${excluded} entries of the tree: use another --dir`);
  console.error(`ocbak leaves out ${excluded} entries that the others take`);
  return excluded;
}
