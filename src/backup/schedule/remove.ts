import { ScheduleError } from "../../schedule/errors.ts";
import { jobNameOf } from "../../schedule/job.ts";
import { schedulePlaces } from "../../schedule/places.ts";
import { type Change, changeOf, filePlace } from "../../schedule/text-place.ts";
import type { Context } from "../context.ts";
import { applyRemove, textChanges } from "./apply.ts";
import { backendsFor } from "./backends.ts";
import { jobFileOf, logFileOf, stateFileOf } from "./job-of.ts";
import type { RemoveReport } from "./reports.ts";

export interface RemoveOptions {
  readonly profile?: string;
  readonly dryRun?: boolean;
}

/**
 * Takes a job away from every scheduler that has it. Archives and settings stay. Throws ScheduleError `not-scheduled`
 * where there is none, `foreign-file` where something else goes by its name.
 */
export async function removeSchedule(options: RemoveOptions, context: Context): Promise<RemoveReport> {
  const name = jobNameOf(options.profile);
  const places = schedulePlaces(context);
  const description = await changeOf(jobFileOf(places, name), null);
  const found: Change[] = description.before === null ? [] : [description];
  const steps: (() => Promise<void>)[] = [];
  for (const backend of Object.values(backendsFor(context))) {
    const changes = await backend.remove(name);
    if (changes.length === 0) continue;
    found.push(...changes);
    steps.push(() => applyRemove(name, changes, backend));
  }
  if (found.length === 0) throw new ScheduleError("not-scheduled", `no ${name} is scheduled`);
  const report = { name, changes: textChanges(found) };
  if (options.dryRun === true) return { ...report, outcome: "dry-run" };
  for (const step of steps) await step();
  // Last, so that whatever fails before can be tried again.
  for (const path of [stateFileOf(places, name), logFileOf(places, name)])
    await filePlace(path, 0o600).write(null);
  await description.place.write(null);
  return { ...report, outcome: "removed" };
}
