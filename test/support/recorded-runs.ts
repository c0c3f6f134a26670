import { onTestFinished } from "vitest";
import { openRecords, type RecordsDatabase } from "../../src/records/database.ts";
import type { RecordsPlace } from "../../src/records/place.ts";
import type { InstallationKey, RunRecord, StepRecord } from "../../src/records/run-record.ts";
import { RunRecords } from "../../src/records/run-records.ts";
import type { ProcessMark } from "../../src/system/process-mark.ts";

/** A run in few words: begun so many hours before the test's now, over a minute later. */
export interface ToldRun {
  readonly hoursAgo: number;
  /** `open`: no end was ever written. */
  readonly outcome: RunRecord["outcome"] | "open";
  readonly steps?: readonly (Pick<StepRecord, "step" | "outcome"> & Partial<StepRecord>)[];
  /** Of its archive. */
  readonly sizeBytes?: number;
  readonly mark?: ProcessMark;
}

/** Where the clock of `testCli` stands. */
export const testNow = new Date("2026-03-04T05:06:07.890Z");

export const dead: ProcessMark = { host: "testhost", boot: "another boot", pid: 1, start: "1" };

/** The records below a home, or where the environment has them, open until the test ends. */
export function recordsIn(home: string, env: RecordsPlace["env"] = {}): RecordsDatabase {
  const records = openRecords({ env, osHomeDir: home });
  // Nothing here need outlast a power cut.
  records.exec("PRAGMA synchronous = OFF");
  onTestFinished(() => records[Symbol.dispose]());
  return records;
}

export function installation(rest: Partial<InstallationKey> = {}): InstallationKey {
  return { host: "testhost", profile: null, stateDir: "/home/u/.openclaw", ...rest };
}

/** Writes runs down as they would have written themselves, in that order. */
export function record(records: RecordsDatabase, runs: readonly ToldRun[], key = installation()): void {
  const rows = new RunRecords(records);
  for (const { hoursAgo, outcome, steps = [], sizeBytes, mark = dead } of runs) {
    const startedMs = testNow.getTime() - hoursAgo * 3_600_000;
    const startedAt = new Date(startedMs).toISOString();
    const id = rows.begin(key, startedAt, mark);
    for (const step of steps)
      rows.addStep(id, { store: null, reason: null, code: null, durationMs: 1, ...step });
    if (outcome === "open") continue;
    const archive =
      sizeBytes === undefined
        ? null
        : { archiveId: `id-${id}`, name: `${id}.ocbak`, sizeBytes, createdAt: startedAt };
    rows.finish(id, { finishedAt: new Date(startedMs + 60_000).toISOString(), outcome, archive });
  }
}
