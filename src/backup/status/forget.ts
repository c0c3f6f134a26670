import { openRecords, openRecordsToRead } from "../../records/database.ts";
import { RecordsError } from "../../records/errors.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import type { Context } from "../context.ts";

/** Whose records are no longer wanted: all profiles of a state dir, on this host unless another is named. */
export interface ForgetRequest {
  readonly host: string | null;
  readonly stateDir: string;
}

export interface ForgetReport {
  readonly forgotten: readonly (InstallationKey & { readonly runs: number })[];
}

/** Removes what is recorded of an installation that is no more; no archive is touched. Throws `nothing-recorded`. */
export function forgetInstallation({ host, stateDir }: ForgetRequest, context: Context): ForgetReport {
  const wanted = host ?? context.hostname;
  const forgotten = recordedIn(context)
    .filter((key) => key.stateDir === stateDir && key.host === wanted)
    .map((key) => ({ ...key, runs: forget(key, context) }));
  if (forgotten.length > 0) return { forgotten };
  throw new RecordsError("nothing-recorded", `nothing is recorded of ${stateDir} on ${wanted}`, {
    hint: "`ocbak status` lists what is; another host's is `HOST:DIR`",
  });
}

function recordedIn(context: Context): InstallationKey[] {
  using records = openRecordsToRead(context);
  return records === undefined ? [] : new RunRecords(records).installations();
}

function forget(key: InstallationKey, context: Context): number {
  using records = openRecords(context);
  return new RunRecords(records).forget(key);
}
