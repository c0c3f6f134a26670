import type { RecordedRun } from "../../records/run-records.ts";
import { lifeOf } from "../../system/process-mark.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";

/** No backup takes longer; and records that came from another machine must not keep this one from backups for ever. */
const unknownForMs = 24 * 3600_000;

/**
 * Whether a run without an end is still on. Where nobody can tell whether its process lives (records of another machine of
 * this name, no /proc) it counts as on for a day.
 */
export function isOn({ outcome, mark, startedAt }: RecordedRun, context: Context): boolean {
  if (outcome !== "open") return false;
  const life = lifeOf(mark, processesOf(context));
  if (life !== "unknown") return life === "running";
  // A begin that is to come was written when the clock was ahead.
  return Math.abs(context.now().getTime() - Date.parse(startedAt)) < unknownForMs;
}
