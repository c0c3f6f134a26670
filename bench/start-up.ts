/**
 * `node bench/start-up.ts [--rounds N] [--program FILE] [--home DIR]`: what calls take that hardly do anything, beside
 * bare node, in turn. With an archive of a few files the calls that read one are nearly all start-up, too.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { median } from "./measure.ts";
import { markdown } from "./table.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    program: { type: "string", default: join(import.meta.dirname, "../dist/cli/main.js") },
    home: { type: "string" },
  },
});
const program = resolve(values.program);
const golden = join(import.meta.dirname, "../fixtures/golden/one-recipient");
const folder = mkdtempSync(join(tmpdir(), "ocbak-bench-start-up-"));
const home = values.home ?? folder;

const key = ["-i", "key.txt"];
const calls: readonly (readonly string[])[] = [
  ["--version"],
  ["--help"],
  ["ls", "--help"],
  ["inspect", "a.ocbak"],
  ["verify", "--level", "quick", "a.ocbak"],
  ["verify", "a.ocbak", ...key],
  ["ls", "a.ocbak", ...key],
  ["cat", "a.ocbak", "workspace.main/MEMORY.md", ...key],
];

interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

try {
  prepare();
  report();
} finally {
  rmSync(folder, { recursive: true });
}

function prepare(): void {
  const { identity } = JSON.parse(readFileSync(`${golden}.json`, "utf8")) as { identity: string };
  writeFileSync(join(folder, "a.ocbak"), gunzipSync(readFileSync(`${golden}.ocbak.gz`)));
  writeFileSync(join(folder, "key.txt"), `${identity}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "empty.mjs"), "");
}

function timed(args: readonly string[]): Took {
  const before = childrenCpuMs();
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const wallMs = performance.now() - begun;
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${String(stderr)}`);
  return { wallMs, cpuMs: childrenCpuMs() - before };
}

/** User and system time of all children that have ended. Of Linux: proc_pid_stat(5), fields 16 and 17, in ticks of 10 ms. */
function childrenCpuMs(): number {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15)
    .map(Number);
  return (user! + system!) * 10;
}

function report(): void {
  const lines = [["empty.mjs"], ...calls.map((call) => [program, ...call])];
  // The first time fills the caches.
  for (const line of lines) timed(line);
  const rounds = Array.from({ length: Number(values.rounds) }, () => lines.map(timed));
  const cpuOf = (at: number) => rounds.reduce((sum, round) => sum + round[at]!.cpuMs, 0) / rounds.length;
  const rows = ["bare node", ...calls.map((call) => `ocbak ${call.join(" ")}`)].map((name, at) => [
    name,
    median(rounds.map((round) => round[at]!.wallMs)).toFixed(0),
    cpuOf(at).toFixed(0),
    median(rounds.map((round) => round[at]!.wallMs / round[0]!.wallMs)).toFixed(2),
    (cpuOf(at) / cpuOf(0)).toFixed(2),
  ]);
  console.log(
    `Node ${process.versions.node}; ${rounds.length} rounds, wall: medians, CPU: means; ${cpus().length} × ${cpus()[0]?.model}\n`,
  );
  console.log(markdown(["call", "wall ms", "CPU ms", "wall / node", "CPU / node"], rows, 1));
}
