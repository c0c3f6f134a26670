import type { Processes } from "../system/process-mark.ts";
import type { Context } from "./context.ts";

/** What the marks of processes need of a use case's surroundings. */
export function processesOf({ hostname, pid, isRunning }: Context): Processes {
  return { host: hostname, pid, isRunning };
}
