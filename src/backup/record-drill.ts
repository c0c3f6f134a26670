import { FormatError } from "../format/errors.ts";
import { openRecords, openRecordsToRead } from "../records/database.ts";
import { type DrillRecord, DrillRecords } from "../records/drill-records.ts";
import { RecordsError } from "../records/errors.ts";
import { type InstallationKey, isSameInstallation } from "../records/run-record.ts";
import { RunRecords } from "../records/run-records.ts";
import type { Context } from "./context.ts";
import { type DrillOptions, drillArchive } from "./drill.ts";
import { openArchive } from "./open-archive.ts";
import { openSource } from "./read-options.ts";
import type { DrillReport } from "./restore-reports.ts";

/** {@link drillArchive}, recorded where runs of that installation are: `ocbak status` tells of its last drill. */
export async function drillAndRecord(
  path: string,
  options: DrillOptions,
  context: Context,
): Promise<DrillReport> {
  const startedAt = context.now().getTime();
  const subject = await subjectOf(path, options, context);
  const note = (ok: boolean, reason: string | null): void => {
    const at = context.now();
    const durationMs = Math.max(0, at.getTime() - startedAt);
    noteDrill({ ...subject, ok, reason, at: at.toISOString(), durationMs }, context);
  };
  try {
    const report = await drillArchive(path, options, context);
    note(report.ok, report.ok ? null : failedChecks(report));
    return report;
  } catch (error) {
    // What is no fault of the archive, such as a missing key or a full disk, proves nothing.
    if (error instanceof FormatError && error.verdict !== undefined) note(false, error.message);
    throw error;
  }
}

/** The checks that failed, in one line. */
export function failedChecks({ checks }: DrillReport): string {
  const failed = checks.filter(({ ok }) => !ok);
  return failed.map(({ name, detail }) => `${name}: ${detail}`).join("; ");
}

async function subjectOf(
  path: string,
  options: DrillOptions,
  context: Context,
): Promise<Pick<DrillRecord, "installation" | "archiveId">> {
  await using source = await openSource(path, options, context);
  const { manifest } = (await openArchive(source)).layout;
  const { host, profile, stateDir } = manifest.installation;
  return { installation: { host, profile, stateDir }, archiveId: manifest.archiveId };
}

function noteDrill(drill: DrillRecord, context: Context): void {
  try {
    if (!isKnown(drill.installation, context)) return;
    using records = openRecords(context);
    new DrillRecords(records).add(drill);
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    context.notice(`the drill could not be recorded: ${error.message}`);
  }
}

function isKnown(installation: InstallationKey, context: Context): boolean {
  using records = openRecordsToRead(context);
  const known = records === undefined ? [] : new RunRecords(records).installations();
  return known.some((key) => isSameInstallation(key, installation));
}
