import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Sample {
  readonly wallSeconds: number;
  /** User and system time of all processes of the command together. */
  readonly cpuSeconds: number;
  /** Of its largest single process: what a pipeline needs is more. */
  readonly peakMiB: number;
}

/** Runs a line of bash under GNU time. Throws with what it said if any part of it fails. */
export function measure(script: string, env: NodeJS.ProcessEnv): Sample {
  const folder = mkdtempSync(join(tmpdir(), "ocbak-bench-time-"));
  try {
    const report = join(folder, "report");
    demand(script, env, ["/usr/bin/time", "-f", "%e %U %S %M", "-o", report]);
    const [wall, user, system, kibibytes] = readFileSync(report, "utf8").trim().split(" ").map(Number);
    return { wallSeconds: wall!, cpuSeconds: user! + system!, peakMiB: kibibytes! / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a line of bash, `under` a program if there is one. Throws with what it said if any part of it fails. */
export function demand(script: string, env: NodeJS.ProcessEnv, under: readonly string[] = []): void {
  const [program, ...args] = [...under, "bash", "-c", `set -o pipefail; ${script}`];
  const { status, stderr, error } = spawnSync(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  if (error) throw new Error(`cannot run ${program}`, { cause: error });
  if (status !== 0) throw new Error(`${script}\nended with ${status}: ${String(stderr)}`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
