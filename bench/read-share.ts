import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { demand } from "./measure.ts";

const calls = "read,pread64,readv,preadv,preadv2";

export function canTrace(): boolean {
  return spawnSync("strace", ["-qq", "-e", "trace=none", "true"]).status === 0;
}

/** What share of a file a line of bash reads, going by the system calls of all its processes: 1 is all of it once. */
export function readShare(script: string, file: string, env: NodeJS.ProcessEnv): number {
  const log = `${file}.strace`;
  demand(script, env, ["strace", "-f", "-qq", "-e", `trace=${calls}`, "-P", file, "-o", log]);
  return bytesRead(readFileSync(log, "utf8")) / statSync(file).size;
}

/** The sum of what the calls of a log of strace returned. A call that was interrupted has its result in a later line. */
export function bytesRead(log: string): number {
  return [...log.matchAll(/\) += (\d+)$/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
