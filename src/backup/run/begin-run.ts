import type { RecordsDatabase } from "../../records/database.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import { lifeOf, markOf } from "../../system/process-mark.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import { processesOf } from "../processes.ts";

/**
 * Writes down that a run for an installation begins, and gives its id. Runs whose process has died since they began are
 * written down as killed. Throws `run-in-progress` where one is on.
 */
export function beginRun(records: RecordsDatabase, installation: InstallationKey, context: Context): number {
  const runs = new RunRecords(records);
  const processes = processesOf(context);
  return records.transaction(() => {
    for (const { id, mark, startedAt } of runs.open(installation)) {
      // On a host of another name, or where there is no /proc, nobody can tell: then it counts as one that is on.
      if (lifeOf(mark, processes) !== "dead") throw inProgress(mark.pid, startedAt);
      runs.markKilled(id);
    }
    return runs.begin(installation, context.now().toISOString(), markOf(processes));
  });
}

function inProgress(pid: number, startedAt: string): BackupError {
  const who = `process ${pid}, since ${startedAt}`;
  return new BackupError("run-in-progress", `another run for this installation is on: ${who}`);
}
