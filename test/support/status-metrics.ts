import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/run.ts";
import { DrillRecords } from "../../src/records/drill-records.ts";
import { testCli } from "./cli.ts";
import { type installation, record, recordsIn, testNow, type ToldRun } from "./recorded-runs.ts";
import { freshDir } from "./tree.ts";

const runs: readonly ToldRun[] = [
  {
    hoursAgo: 48,
    outcome: "done",
    sizeBytes: 1234,
    steps: [
      { step: "create", store: "usb", outcome: "done" },
      { step: "subset", store: "usb", outcome: "done" },
    ],
  },
  { hoursAgo: 24, outcome: "failed", steps: [{ step: "create", store: "usb", outcome: "failed" }] },
];

/** The metrics that `ocbak status` writes for some installations of which the same is recorded. */
export async function metricsOf(keys: readonly ReturnType<typeof installation>[]): Promise<string> {
  const home = freshDir();
  const records = recordsIn(home);
  for (const key of keys) {
    record(records, runs, key);
    const drill = { archiveId: "1", ok: true, reason: null, at: testNow.toISOString(), durationMs: 1 };
    new DrillRecords(records).add({ ...drill, installation: key });
  }
  const file = join(home, "ocbak.prom");
  await run(["status", "-q", "--metrics-file", file], testCli({ home, uid: 1000 }).io);
  return readFileSync(file, "utf8");
}
