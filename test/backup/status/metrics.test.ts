import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../../src/cli/run.ts";
import { DrillRecords } from "../../../src/records/drill-records.ts";
import { testCli } from "../../support/cli.ts";
import { installation, record, recordsIn, testNow, type ToldRun } from "../../support/recorded-runs.ts";
import { freshDir } from "../../support/tree.ts";

const promtool = "/usr/bin/promtool";

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
async function metrics(keys: readonly ReturnType<typeof installation>[]): Promise<string> {
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

describe("the metrics of ocbak status", () => {
  it("are those that docs/watch.md lists, each with its labels", async () => {
    const page = readFileSync(new URL("../../../docs/watch.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| `(ocbak_\w+)` \| (?:`(\w+)`)? ?\|/gm)].map(([, name, label]) =>
      [name, ...(name === "ocbak_info" ? [] : ["profile", "state_dir"]), ...(label ? [label] : [])].join(" "),
    );
    const written = (await metrics([installation()])).matchAll(/^(ocbak_\w+)\{(.*)\} /gm);
    const found = [...written].map(([, name, labels]) =>
      [name, ...[...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label)].join(" "),
    );
    expect(new Set(found)).toEqual(new Set(documented));
  });

  it("tell of the installations of this host alone", async () => {
    const text = await metrics([installation({ host: "other", stateDir: "/elsewhere" }), installation()]);
    expect(text).toContain(
      'ocbak_last_success_timestamp_seconds{profile="default",state_dir="/home/u/.openclaw"} ',
    );
    expect(text).not.toContain("/elsewhere");
  });

  it("have zeros where nothing ever went well, so that one rule finds that, too", async () => {
    const home = freshDir();
    record(recordsIn(home), [{ hoursAgo: 1, outcome: "failed" }]);
    const file = join(home, "ocbak.prom");
    await run(["status", "-q", "--metrics-file", file], testCli({ home, uid: 1000 }).io);
    expect(readFileSync(file, "utf8")).toMatch(/^ocbak_last_success_timestamp_seconds\{[^}]*\} 0$/m);
  });

  it.skipIf(!existsSync(promtool))("are taken by Prometheus, whatever a state dir is called", async () => {
    const odd = ['/a"b', "/a\\b", "/a\nb", "/ü"].map((stateDir) => installation({ stateDir }));
    const text = await metrics(odd);
    expect(execFileSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" })).toBe("");
  });
});
