/**
 * `npm run bench -- [--files N] [--mb N] [--rounds N] [--dir DIR]`: ocbak beside stock tools on a tree of OpenClaw's
 * shape. The tree is kept in DIR and used again; all else is removed at the end.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Job, jobs } from "./contenders.ts";
import { type Sample, measure } from "./measure.ts";
import { type Measured, type Row, rowsOf, tableOf } from "./table.ts";
import { makeTree } from "./tree.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "20000" },
    mb: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string" },
  },
});
const size = { files: Number(values.files), megabytes: Number(values.mb) };
const rounds = Number(values.rounds);

/** ext4 makes files 10 to 20 times slower for that long after many were removed. */
const afterMassDeleteMs = 40_000;

const dir = values.dir ?? join(tmpdir(), `ocbak-bench-${size.files}-${size.megabytes}`);
const home = join(dir, "home");
mkdirSync(home, { recursive: true, mode: 0o700 });
makeTree(home, size);

const begun = performance.now();
const folder = mkdtempSync(join(dir, "run-"));
const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", NO_COLOR: "1" };
try {
  const ocbak = `${process.execPath} ${join(import.meta.dirname, "../dist/cli/main.js")}`;
  const rows: Row[] = [];
  checkThatAllIsTaken(ocbak);
  measure(`tar -C ${home} -c .openclaw | cat > /dev/null`, env); // into the page cache
  for (const job of jobs({ folder, home, ocbak, recipient: recipient() })) {
    if (job.name === "restore")
      await setTimeout(Math.max(0, afterMassDeleteMs - (performance.now() - begun)));
    rows.push(...rowsOf(race(job)));
  }
  report(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** All contenders in turn, round after round, so that a busy minute hits all of them. */
function race({ name: job, contenders }: Job): Measured[] {
  const measured = contenders.map(({ name, output }) => ({
    job,
    name,
    output,
    rounds: [] as Sample[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [n, { name, run }] of contenders.entries()) {
      process.stderr.write(`${job} ${round + 1}/${rounds}: ${name}\n`);
      measured[n]!.rounds.push(measure(run(round), env));
    }
  }
  return measured.map(({ output, ...one }) => ({
    ...one,
    ...(output && { outputBytes: statSync(output(0)).size }),
  }));
}

function recipient(): string {
  const key = join(home, ".config/ocbak/identity.txt");
  const ocbak = join(import.meta.dirname, "../dist/cli/main.js");
  rmSync(key, { force: true });
  return execFileSync(process.execPath, [ocbak, "keygen", "--quiet"], { env, encoding: "utf8" }).trim();
}

/** A comparison in which ocbak has less to do than the others would be none. */
function checkThatAllIsTaken(ocbak: string): void {
  const [node = "", program = ""] = ocbak.split(" ");
  const json = execFileSync(node, [program, "create", "--dry-run", "--json"], { env, encoding: "utf8" });
  const { excluded } = (JSON.parse(json) as { entries: { excluded: number } }).entries;
  if (excluded !== 0) throw new Error(`ocbak leaves out ${excluded} entries of the tree: use another --dir`);
}

function report(rows: readonly Row[]): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;
  const about = { at: new Date().toISOString(), machine, rounds, ...size };
  const file = join(dir, "results.json");
  writeFileSync(file, `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
  console.log(`${size.files} files, ${size.megabytes} MB; medians of ${rounds} rounds; ${machine}\n`);
  console.log(tableOf(rows));
  console.log(`\nall figures: ${file}`);
}
