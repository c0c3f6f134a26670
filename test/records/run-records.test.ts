import { describe, expect, it } from "vitest";
import { openRecords } from "../../src/records/database.ts";
import { DrillRecords } from "../../src/records/drill-records.ts";
import type { InstallationKey, RunArchive, StepRecord } from "../../src/records/run-record.ts";
import { RunRecords } from "../../src/records/run-records.ts";
import { StoreHistory } from "../../src/records/store-history.ts";
import { freshDir } from "../support/tree.ts";

const main: InstallationKey = { host: "nas", profile: null, stateDir: "/home/u/.openclaw" };
const work: InstallationKey = { host: "nas", profile: "work", stateDir: "/home/u/.openclaw-work" };
const mark = { host: "nas", boot: "b", pid: 7, start: "9" };
const archive: RunArchive = {
  archiveId: "0198",
  name: "a.ocbak",
  sizeBytes: 2 ** 40,
  createdAt: "2026-11-23T03:00:00Z",
};
const steps: readonly StepRecord[] = [
  { step: "create", store: "usb", outcome: "done", reason: null, code: null, durationMs: 12.6 },
  {
    step: "copy",
    store: "nas",
    outcome: "failed",
    reason: "the disk is full",
    code: "no-space",
    durationMs: 3,
  },
  { step: "prune", store: null, outcome: "skipped", reason: null, code: null, durationMs: 0 },
];

function fresh(): { runs: RunRecords; drills: DrillRecords; history: StoreHistory } {
  const records = openRecords({ env: {}, osHomeDir: freshDir() });
  return {
    runs: new RunRecords(records),
    drills: new DrillRecords(records),
    history: new StoreHistory(records),
  };
}

describe("the records of runs", () => {
  it("give back a run as it was told: begin, steps in order, end", () => {
    const { runs } = fresh();
    const id = runs.begin(main, "2026-11-23T03:00:00Z", mark);
    for (const step of steps) runs.addStep(id, step);
    runs.finish(id, { finishedAt: "2026-11-23T03:01:00.250Z", outcome: "failed", archive });
    expect(runs.latest(main, 5)).toEqual([
      {
        id,
        installation: main,
        startedAt: "2026-11-23T03:00:00.000Z",
        finishedAt: "2026-11-23T03:01:00.250Z",
        outcome: "failed",
        mark,
        archive,
        steps: steps.map((step) => ({ ...step, durationMs: Math.round(step.durationMs) })),
      },
    ]);
  });

  it("keep a run that has no end, until somebody says that it was killed", () => {
    const { runs } = fresh();
    const id = runs.begin(main, "2026-11-23T03:00:00Z", mark);
    runs.addStep(id, steps[0]!);
    expect(runs.open(main)).toMatchObject([
      { outcome: "open", finishedAt: null, archive: null, steps: [{}] },
    ]);
    runs.markKilled(id);
    expect(runs.open()).toEqual([]);
    expect(runs.latestThatEnded("killed", main, 1)).toMatchObject([{ id, finishedAt: null }]);
  });

  it("never call killed a run that has ended", () => {
    const { runs } = fresh();
    const id = runs.begin(main, "2026-11-23T03:00:00Z", mark);
    runs.finish(id, { finishedAt: "2026-11-23T03:01:00Z", outcome: "done", archive });
    runs.markKilled(id);
    expect(runs.latest(main, 1)).toMatchObject([{ outcome: "done" }]);
  });

  it("tell installations apart, one without profile too, and the last run by the order of recording", () => {
    const { runs } = fresh();
    for (const [key, year] of [
      [main, 2030],
      [main, 2026],
      [work, 2027],
      [{ ...main, host: "other" }, 2028],
    ] as const) {
      const id = runs.begin(key, `${year}-01-01T00:00:00Z`, mark);
      runs.finish(id, { finishedAt: `${year}-01-01T00:01:00Z`, outcome: "done", archive: null });
    }
    expect(runs.installations()).toEqual([main, { ...main, host: "other" }, work]);
    expect(runs.latestThatEnded("done", main, 9).map(({ startedAt }) => startedAt.slice(0, 4))).toEqual([
      "2026",
      "2030",
    ]);
  });

  it("forget one installation, with its steps and drills, and no other", () => {
    const { runs, drills } = fresh();
    for (const key of [main, work]) {
      runs.addStep(runs.begin(key, "2026-11-23T03:00:00Z", mark), steps[0]!);
      const at = "2026-11-23T04:00:00.000Z";
      drills.add({ installation: key, archiveId: "0198", ok: true, reason: null, at, durationMs: 1 });
    }
    expect(runs.forget(main)).toBe(1);
    expect([runs.installations(), drills.latest(main), drills.latest(work)?.ok]).toEqual([
      [work],
      null,
      true,
    ]);
    expect(runs.open()).toMatchObject([{ installation: work, steps: [{}] }]);
  });
});

describe("the records of drills", () => {
  it("give the last one, and the last that went well", () => {
    const { drills } = fresh();
    const drill = { installation: main, archiveId: "1", reason: null, durationMs: 5 };
    const good = { ...drill, ok: true, at: "2026-11-01T00:00:00.000Z" };
    const bad = { ...drill, ok: false, reason: "a database is damaged", at: "2026-11-08T00:00:00.000Z" };
    for (const each of [good, bad]) drills.add(each);
    expect([drills.latest(main), drills.latest(main, true), drills.latest(work)]).toEqual([bad, good, null]);
  });
});

describe("what became of archives in stores", () => {
  const nas = { store: "nas", code: null, reason: null, durationMs: 1 };
  const usb = { ...nas, store: "usb" };
  const late = new Date("2027-01-01T00:00:00Z");

  it.each<[string, readonly StepRecord[], string, boolean]>([
    ["one made there", [{ ...usb, step: "create", outcome: "done" }], "usb", true],
    [
      "one made there, although another store failed",
      [
        { ...usb, step: "create", outcome: "done" },
        { ...nas, step: "copy", outcome: "failed" },
      ],
      "usb",
      true,
    ],
    [
      "not one whose copy failed",
      [
        { ...usb, step: "create", outcome: "done" },
        { ...nas, step: "copy", outcome: "failed" },
      ],
      "nas",
      false,
    ],
    [
      "not one that did not verify there",
      [
        { ...usb, step: "create", outcome: "done" },
        { ...usb, step: "verify", outcome: "failed" },
      ],
      "usb",
      false,
    ],
    [
      "not the copy of one that missed something",
      [
        { ...usb, step: "create", outcome: "incomplete" },
        { ...nas, step: "copy", outcome: "done" },
      ],
      "nas",
      false,
    ],
    [
      "one that verifies, although old ones could not be removed",
      [
        { ...usb, step: "create", outcome: "done" },
        { ...usb, step: "verify", outcome: "done" },
        { ...usb, step: "prune", outcome: "failed" },
      ],
      "usb",
      true,
    ],
    [
      "one made there because the first store could not be written to",
      [
        { ...usb, step: "create", outcome: "failed" },
        { ...nas, step: "create", outcome: "done" },
      ],
      "nas",
      true,
    ],
    ["not one of a run without an archive", [{ ...usb, step: "create", outcome: "skipped" }], "usb", false],
  ])("the last archive of a store is %s", (_what, steps, store, isOne) => {
    const { runs, history } = fresh();
    const id = runs.begin(main, "2026-11-23T03:00:00Z", mark);
    for (const step of steps) runs.addStep(id, step);
    expect(history.lastArchive(main, store, late)).toBeNull();
    runs.finish(id, { finishedAt: "2026-11-23T03:01:00Z", outcome: "failed", archive: null });
    expect(history.lastArchive(main, store, late)).toBe(isOne ? "2026-11-23T03:01:00.000Z" : null);
    expect(history.lastArchive(main, store, new Date("2026-11-23T03:00:59Z"))).toBeNull();
  });

  it("lists stores, the last failure in each, and when a part of them was read", () => {
    const { runs, history } = fresh();
    const failed = { ...nas, step: "copy" as const, outcome: "failed" as const, reason: "not mounted" };
    const read = { ...usb, step: "subset" as const, outcome: "done" as const };
    const made = { ...usb, step: "create" as const, outcome: "done" as const };
    for (const [day, steps] of [
      ["20", [{ ...made, store: "old" }]],
      ["21", [made, failed, read]],
      ["22", [made]],
    ] as const) {
      const id = runs.begin(main, `2026-11-${day}T03:00:00Z`, mark);
      for (const step of steps) runs.addStep(id, step);
      runs.finish(id, { finishedAt: `2026-11-${day}T03:01:00Z`, outcome: "done", archive });
    }
    const at = "2026-11-21T03:01:00.000Z";
    expect(history.stores(main)).toEqual(["usb", "nas", "old"]);
    expect(history.lastFailure(main, "nas")).toEqual({ step: "copy", at, ok: false, reason: "not mounted" });
    expect([history.lastFailure(main, "usb"), history.lastRead(main, "nas")]).toEqual([null, null]);
    expect(history.lastRead(main, "usb")).toEqual({ step: "subset", at, ok: true, reason: null });
  });
});
