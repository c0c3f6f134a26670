import type { RecordsDatabase } from "../../records/database.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import { markOf } from "../../system/process-mark.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import { processesOf } from "../processes.ts";
import { isOn } from "./is-on.ts";

/**
 * Writes down that a run for an installation begins, and gives its id. Runs whose process has died since they began are
 * written down as killed. Throws `run-in-progress` where one is on.
 */
export function beginRun(records: RecordsDatabase, installation: InstallationKey, context: Context): number {
  const runs = new RunRecords(records);
  const processes = processesOf(context);
  return records.transaction(() => {
    for (const run of runs.open(installation)) {
      if (isOn(run, context)) throw inProgress(run.mark.pid, run.startedAt);
      runs.markKilled(run.id);
    }
    return runs.begin(installation, context.now().toISOString(), markOf(processes));
  });
}

function inProgress(pid: number, startedAt: string): BackupError {
  const who = `process ${pid}, since ${startedAt}`;
  return new BackupError("run-in-progress", `another run for this installation is on: ${who}`);
}
