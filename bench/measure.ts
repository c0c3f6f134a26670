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
    const args = ["-f", "%e %U %S %M", "-o", report, "bash", "-c", `set -o pipefail; ${script}`];
    const { status, stderr } = spawnSync("/usr/bin/time", args, { env, stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) throw new Error(`${script}\nended with ${status}: ${String(stderr)}`);
    const [wall, user, system, kibibytes] = readFileSync(report, "utf8").trim().split(" ").map(Number);
    return { wallSeconds: wall!, cpuSeconds: user! + system!, peakMiB: kibibytes! / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
