import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StatusReport } from "../../../src/backup/status/status-report.ts";
import { run } from "../../../src/cli/run.ts";
import { DrillRecords } from "../../../src/records/drill-records.ts";
import { RunRecords } from "../../../src/records/run-records.ts";
import { markOf } from "../../../src/system/process-mark.ts";
import { testCli } from "../../support/cli.ts";
import { differences, documentedShape } from "../../support/documented-shape.ts";
import { dead, installation, record, recordsIn, testNow, type ToldRun } from "../../support/recorded-runs.ts";
import { freshDir } from "../../support/tree.ts";

interface Shown {
  readonly status: number;
  readonly report: StatusReport;
  readonly text: string;
}

async function statusIn(home: string, ...argv: readonly string[]): Promise<Shown> {
  // Not root: the timers of root are those of the machine.
  const [json, plain] = [testCli({ home, uid: 1000 }), testCli({ home, uid: 1000 })];
  const status = await run(["status", "--json", ...argv], json.io);
  await run(["status", ...argv], plain.io);
  return { status, report: JSON.parse(json.out() || json.err()) as StatusReport, text: plain.out() };
}

const living = markOf({ host: "testhost", pid: process.pid, isRunning: () => true });
const made = { step: "create", store: "usb", outcome: "done" } as const;
const good = (hoursAgo: number, sizeBytes = 1000): ToldRun => ({
  hoursAgo,
  outcome: "done",
  steps: [made],
  sizeBytes,
});
const failed: Omit<ToldRun, "hoursAgo"> = {
  outcome: "failed",
  steps: [
    { step: "create", store: "usb", outcome: "failed", reason: "the disk is full", code: "no-space" },
    { step: "prune", outcome: "skipped" },
  ],
};

interface Expected {
  readonly status: number;
  readonly argv?: readonly string[];
  readonly problems?: readonly string[];
}

const never: Expected = { status: 5, problems: ["never"] };

describe("ocbak status: its exit status", () => {
  it.each<readonly [string, readonly ToldRun[], Expected]>([
    ["a good run yesterday", [good(24)], { status: 0 }],
    ["a good run just within the age", [good(36)], { status: 0 }],
    ["none but an old one", [good(37)], { status: 5, problems: ["overdue"] }],
    [
      "one that is old for what was asked",
      [good(3)],
      { argv: ["--max-age", "2h"], status: 5, problems: ["overdue"] },
    ],
    ["one that is young enough for what was asked", [good(100)], { argv: ["--max-age", "1w"], status: 0 }],
    ["a failure after a good run of today", [good(24), { hoursAgo: 1, ...failed }], { status: 0 }],
    [
      "failures ever since an old good run",
      [good(60), { hoursAgo: 1, ...failed }],
      { status: 5, problems: ["overdue"] },
    ],
    ["nothing but failures", [{ hoursAgo: 1, ...failed }], never],
    ["nothing but incomplete backups", [{ hoursAgo: 1, outcome: "incomplete", sizeBytes: 9 }], never],
    ["nothing but a run that was killed", [{ hoursAgo: 1, outcome: "open" }], never],
    ["nothing but a run that is on", [{ hoursAgo: 0, outcome: "open", mark: living }], never],
    ["a good run in the time to come, of a clock that was wrong", [good(-1000)], never],
    ["such a one, and a good one since", [good(-1000), good(5)], { status: 0 }],
    ["a good run a minute ahead of this clock", [good(-1 / 30)], { status: 0 }],
  ])("of %s", async (_what, runs, { status, argv = [], problems = [] }) => {
    const home = freshDir();
    record(recordsIn(home), runs);
    const shown = await statusIn(home, ...argv);
    expect(shown.status).toBe(status);
    expect(shown.report.installations[0]!.problems.map(({ code }) => code)).toEqual(problems);
    expect(/OVERDUE|NO BACKUP/.test(shown.text)).toBe(status !== 0);
  });

  it("is 5 with a hint where no run was ever recorded", async () => {
    const { status, report, text } = await statusIn(freshDir());
    expect([status, report.ok, report.installations]).toEqual([5, false, []]);
    expect(text).toContain("ocbak run");
  });

  it("is that of the worst installation", async () => {
    const home = freshDir();
    const records = recordsIn(home);
    record(records, [good(1)]);
    record(records, [good(99)], installation({ profile: "work", stateDir: "/home/u/.openclaw-work" }));
    const { status, report } = await statusIn(home);
    expect([status, report.installations.map(({ state }) => state)]).toEqual([5, ["fresh", "overdue"]]);
  });

  it.each([
    [true, 0],
    [false, 5],
  ])("of a last drill whose success was %s is %d", async (ok, expected) => {
    const home = freshDir();
    const records = recordsIn(home);
    record(records, [good(1)]);
    const drill = { installation: installation(), archiveId: "1", durationMs: 1, at: testNow.toISOString() };
    const drills = new DrillRecords(records);
    drills.add({ ...drill, ok: !ok, reason: "an older one" });
    drills.add({ ...drill, ok, reason: ok ? null : "a database is damaged" });
    const { status, text } = await statusIn(home);
    expect([status, text.includes("DOES NOT RESTORE: a database is damaged")]).toEqual([expected, !ok]);
  });

  it("is 2 for an age that is none, and for a metrics file that nobody would read", async () => {
    const home = freshDir();
    expect((await statusIn(home, "--max-age", "soon")).status).toBe(2);
    expect((await statusIn(home, "--metrics-file", join(home, "ocbak.txt"))).status).toBe(2);
  });
});

describe("ocbak status: what it tells", () => {
  it("is JSON as documented", async () => {
    const home = freshDir();
    const records = recordsIn(home);
    const read = { step: "subset", store: "usb", outcome: "done" } as const;
    record(records, [
      { ...good(48), steps: [made, read] },
      { hoursAgo: 24, ...failed },
      { hoursAgo: 0, outcome: "open", mark: living },
    ]);
    const drill = { installation: installation(), archiveId: "1", ok: true, reason: null, durationMs: 1 };
    new DrillRecords(records).add({ ...drill, at: testNow.toISOString() });
    const { report } = await statusIn(home);
    expect(differences(report, documentedShape("status"))).toEqual([]);
  });

  it("names the last success and its age, the last failure and its reasons, and a run that is on", async () => {
    const home = freshDir();
    record(recordsIn(home), [
      { hoursAgo: 72, ...failed },
      good(48, 2048),
      { hoursAgo: 24, ...failed },
      { hoursAgo: 12, ...failed },
      { hoursAgo: 0, outcome: "open", mark: living },
    ]);
    const { report, text } = await statusIn(home);
    expect(report.installations[0]).toMatchObject({
      lastSuccess: { at: "2026-03-02T05:07:07.890Z", ageMs: 48 * 3_600_000 - 60_000, durationMs: 60_000 },
      lastFailure: {
        at: "2026-03-03T17:07:07.890Z",
        outcome: "failed",
        steps: [{ step: "create", store: "usb", reason: "the disk is full", code: "no-space" }],
      },
      failuresSince: 2,
      lastOutcome: "failed",
      running: { since: testNow.toISOString() },
    });
    expect(text).toContain("2026-03-02 05:07 UTC, 47 h ago");
    expect(text).toContain("failed; 2 runs since the last success; create usb: the disk is full");
    expect(text).toContain("since 2026-03-04 05:06 UTC");
  });

  it("calls a run killed whose process is gone, and one that another followed, and running none but the last", async () => {
    const home = freshDir();
    record(recordsIn(home), [
      { hoursAgo: 3, outcome: "open", mark: living },
      { hoursAgo: 2, outcome: "open", mark: dead },
    ]);
    const [status] = (await statusIn(home)).report.installations;
    expect(status).toMatchObject({
      running: null,
      lastOutcome: "killed",
      failuresSince: 2,
      lastFailure: { outcome: "killed", at: "2026-03-04T03:06:07.890Z" },
    });
  });

  it("shows how sizes developed, the oldest first, of the last ten good backups", async () => {
    const home = freshDir();
    const sizes = Array.from({ length: 12 }, (_, index) => 1024 * (10 + index));
    record(recordsIn(home), [
      ...sizes.map((size, index) => good(12 - index, size)),
      { hoursAgo: 0, ...failed },
    ]);
    const { report, text } = await statusIn(home);
    expect(report.installations[0]!.sizes.map(({ sizeBytes }) => sizeBytes)).toEqual(sizes.slice(2));
    expect(text).toContain("21.0 KiB, +75 % since 2026-03-03 19:06 UTC");
  });

  it("tells of each store of the settings when it had its last whole archive", async () => {
    const home = freshDir();
    const copied = { step: "copy", store: "nas", outcome: "done" } as const;
    const lost = { ...copied, outcome: "failed", reason: "not mounted" } as const;
    record(recordsIn(home), [
      { ...good(60), steps: [made, copied] },
      { hoursAgo: 2, outcome: "failed", steps: [made, lost], sizeBytes: 1 },
      good(1),
    ]);
    const settings = { stores: ["usb", "nas", "new"].map((name) => ({ name, path: `/${name}` })) };
    writeFileSync(join(home, "config.json"), JSON.stringify(settings));
    const { report, text } = await statusIn(home, "--config", join(home, "config.json"));
    expect(report.installations[0]!.stores.map(({ store, state }) => [store, state])).toEqual([
      ["usb", "fresh"],
      ["nas", "overdue"],
      ["new", "never"],
    ]);
    expect(text).toContain("OVERDUE in store nas");
    expect(text).toContain("copy failed: not mounted");
    const recorded = (await statusIn(home, "--no-config")).report.installations[0]!.stores;
    expect(recorded.map(({ store }) => store)).toEqual(["usb", "nas"]);
  });

  it("says whom the last run could not tell, which makes no failure of it", async () => {
    const home = freshDir();
    const reason = "telling https://hc-ping.com failed: it answered 404";
    const untold = { step: "notify", outcome: "failed", reason, code: "ping-failed" } as const;
    record(recordsIn(home), [{ ...good(1), steps: [untold] }]);
    const { status, report, text } = await statusIn(home);
    expect([status, report.installations[0]!.untold, text.includes(reason)]).toEqual([0, [reason], true]);
  });

  it("prints nothing with --quiet where all is well, and all where it is not", async () => {
    const home = freshDir();
    record(recordsIn(home), [good(40)]);
    expect((await statusIn(home, "--quiet", "--max-age", "48h")).text).toBe("");
    expect((await statusIn(home, "--quiet")).text).toContain("OVERDUE");
  });

  it("leaves the records as they are", async () => {
    const home = freshDir();
    const records = recordsIn(home);
    record(records, [{ hoursAgo: 2, outcome: "open" }]);
    const before = readFileSync(records.file);
    await statusIn(home);
    expect(readFileSync(records.file)).toEqual(before);
  });
});

describe("ocbak status --forget", () => {
  it("removes what is recorded of a state dir on this host, or on the one that is named", async () => {
    const home = freshDir();
    const records = recordsIn(home);
    const rows = new RunRecords(records);
    const keys = [installation(), installation({ profile: "p" }), installation({ host: "old" })];
    const other = installation({ stateDir: "/other" });
    for (const key of [...keys, other]) record(records, [good(1)], key);
    const { io } = testCli({ home });
    expect(await run(["status", "--forget", "/home/u/.openclaw"], io)).toBe(0);
    expect(rows.installations()).toEqual([keys[2], other]);
    expect(await run(["status", "--forget", "old:/home/u/.openclaw"], io)).toBe(0);
    expect(rows.installations()).toEqual([other]);
  });

  it("is refused with 10 where nothing is recorded of it", async () => {
    const home = freshDir();
    const cli = testCli({ home });
    expect(await run(["status", "--forget", "/nowhere"], cli.io)).toBe(10);
    expect(cli.err()).toContain("nothing is recorded of /nowhere on testhost");
  });
});
