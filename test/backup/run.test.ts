import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunReport } from "../../src/backup/run/run-report.ts";
import { openRecords } from "../../src/records/database.ts";
import { DrillRecords } from "../../src/records/drill-records.ts";
import { RunRecords } from "../../src/records/run-records.ts";
import { VerdictRecords } from "../../src/records/verdict-records.ts";
import { initDirectoryStore } from "../../src/store/directory-store.ts";
import { markOf } from "../../src/system/process-mark.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn, type Ran, recordsOf } from "../support/world.ts";

type Settings = Readonly<Record<string, unknown>>;

/** An installation, two stores `usb` and `nas`, and settings that name them. */
async function nightly(settings: Settings = {}) {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/workspace/MEMORY.md": "",
    ".openclaw-work/openclaw.json": "{}",
  });
  const path = (store: string): string => join(world.archives, store);
  const stores = ["usb", "nas"].map((name) => ({ name, path: path(name) }));
  const context = world.context();
  const processes = { host: context.hostname, pid: context.pid, isRunning: context.isRunning };
  for (const store of stores) await initDirectoryStore(store.path, { now: context.now, processes });
  const config = join(world.home, ".config/ocbak/config.json");
  writeFileSync(config, JSON.stringify({ recipients: [world.recipient], stores, ...settings }));
  const run = async (...argv: string[]) => {
    const ran = await world.ocbak(["run", "--json", ...argv]);
    return { ...ran, report: reportOf(ran) };
  };
  const kept = (store: string): string[] => namesIn(path(store)).filter((name) => name.endsWith(".ocbak"));
  const withRecords = <T>(use: (records: ReturnType<typeof openRecords>) => T): T => {
    using records = openRecords(context);
    return use(records);
  };
  return { ...world, processes, path, run, kept, withRecords };
}

function reportOf({ out }: Ran): RunReport | undefined {
  return out === "" ? undefined : (JSON.parse(out) as RunReport);
}

/** What became of the steps, in order: `copy nas: failed`. */
function stepsOf(report: RunReport | undefined): string[] {
  return (report?.installations ?? []).flatMap(({ steps }) =>
    steps.map(({ step, store, outcome }) => `${step}${store === null ? "" : ` ${store}`}: ${outcome}`),
  );
}

const name = "openclaw-testhost-20260304T050607Z.ocbak";

describe("ocbak run", () => {
  it("makes an archive in the first store, proves it, and copies it to the others byte for byte", async () => {
    const { run, kept, path, withRecords } = await nightly();
    const { status, err, report } = await run();
    expect([err, status]).toEqual(["", 0]);
    expect(stepsOf(report)).toEqual(["create usb: done", "verify usb: done", "copy nas: done"]);
    expect(report).toMatchObject({
      outcome: "done",
      installations: [{ store: "usb", archive: { name }, installation: { host: "testhost", profile: null } }],
    });
    expect([kept("usb"), kept("nas")]).toEqual([[name], [name]]);
    expect(readFileSync(join(path("nas"), name)).equals(readFileSync(join(path("usb"), name)))).toBe(true);
    const { archiveId } = report!.installations[0]!.archive!;
    const ids = ["usb", "nas"].map(
      (store) =>
        (JSON.parse(readFileSync(join(path(store), ".ocbak-store.json"), "utf8")) as { id: string }).id,
    );
    withRecords((records) => {
      for (const id of ids)
        expect(new VerdictRecords(records).of(id)).toMatchObject([
          { archiveId, level: "full", verdict: "full" },
        ]);
    });
  });

  it("stands in the records", async () => {
    const { run, home, withRecords } = await nightly();
    await run();
    const key = { host: "testhost", profile: null, stateDir: join(home, ".openclaw") };
    expect(withRecords((records) => new RunRecords(records).latest(key, 9))).toMatchObject([
      {
        outcome: "done",
        archive: { name },
        steps: [{ step: "create" }, { step: "verify" }, { step: "copy" }],
      },
    ]);
  });

  it("says in text what it did", async () => {
    const { ocbak } = await nightly();
    const { out } = await ocbak(["run"]);
    expect(out).toMatch(/^default \(.*\): openclaw-.*\.ocbak \(.*\) in the store usb\n {2}create usb +done/);
    expect(out).toMatch(/\nRun: done\n$/);
  });

  it("goes on with the next store where one is not mounted, and says that it failed", async () => {
    const { run, kept, path } = await nightly();
    renameSync(path("usb"), path("elsewhere"));
    mkdirSync(path("usb"));
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(stepsOf(report)).toEqual([
      "create usb: failed",
      "create nas: done",
      "verify nas: done",
      "copy usb: failed",
    ]);
    const reason = expect.stringMatching(
      /is no store.* \(is the disk mounted there\?.*ocbak init /,
    ) as string;
    expect(report!.installations[0]!.steps[0]).toMatchObject({ code: "not-a-store", reason });
    expect([namesIn(path("usb")), kept("nas")]).toEqual([[], [name]]);
  });

  it("goes on with the next store where one lies in what is backed up", async () => {
    const { run, kept, path, home } = await nightly();
    const inside = join(home, ".openclaw/workspace/usb");
    renameSync(path("usb"), inside);
    symlinkSync(inside, path("usb"));
    const { status, report } = await run();
    expect([status, kept("nas")]).toEqual([1, [name]]);
    expect(stepsOf(report).slice(0, 2)).toEqual(["create usb: failed", "create nas: done"]);
    expect(report!.installations[0]!.steps[0]).toMatchObject({ code: "output-inside-source" });
  });

  it.each([
    ["a link to it", (usb: string, nas: string) => symlinkSync(usb, nas)],
    ["a copy of its folder", (usb: string, nas: string) => cpSync(usb, nas, { recursive: true })],
  ])("does not take a store for a second one by way of %s", async (_what, make) => {
    const { run, path, ocbak } = await nightly({ retention: { keepLast: 1 } });
    rmSync(path("nas"), { recursive: true });
    make(path("usb"), path("nas"));
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(stepsOf(report)).toEqual([
      "create usb: done",
      "verify usb: done",
      "copy nas: failed",
      "prune usb: done",
      "prune nas: failed",
    ]);
    const reason = expect.stringMatching(/nas is the store usb once more: .*leave one of them out/) as string;
    expect(report!.installations[0]!.steps[2]).toMatchObject({ code: "same-store", reason });
    expect((await ocbak(["archives"])).err).toContain("is the store usb once more");
  });

  it("keeps its archive where a further store fails", async () => {
    const { run, kept, path } = await nightly();
    rmSync(path("nas"), { recursive: true });
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(stepsOf(report)).toEqual(["create usb: done", "verify usb: done", "copy nas: failed"]);
    expect(kept("usb")).toEqual([name]);
  });

  it("fails where no store can be written to", async () => {
    const { run, path } = await nightly();
    for (const store of ["usb", "nas"]) rmSync(path(store), { recursive: true });
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(stepsOf(report)).toEqual(["create usb: failed", "create nas: failed"]);
    expect(report!.installations[0]).toMatchObject({ archive: null, outcome: "failed" });
  });

  it("backs up every profile of the settings, also where one fails", async () => {
    const { run, kept } = await nightly({ profiles: ["gone", "work", "default"] });
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(report!.installations.map(({ installation, outcome }) => [installation.profile, outcome])).toEqual(
      [
        ["gone", "failed"],
        ["work", "done"],
        [null, "done"],
      ],
    );
    expect(kept("usb")).toHaveLength(2);
  });

  it.each([
    ["--all-profiles", "--all-profiles", []],
    ["--profile", "--profile", ["work"]],
  ])("takes %s before the settings", async (_what, flag, values) => {
    const { run } = await nightly({ profiles: ["gone"] });
    const { report } = await run(flag, ...values);
    const profiles = report!.installations.map(({ installation }) => installation.profile);
    expect(profiles).toEqual(flag === "--profile" ? ["work"] : [null, "work"]);
  });

  it("is incomplete, with 3, where data was missed", async () => {
    const { run, home } = await nightly();
    // Deeper than an archive may hold.
    mkdirSync(join(home, ".openclaw", "d/".repeat(300)), { recursive: true });
    const { status, report } = await run();
    expect(status).toBe(3);
    expect(stepsOf(report)[0]).toBe("create usb: incomplete");
  });

  it("refuses, with 11, while another is on, and writes down one that was killed", async () => {
    const { run, home, processes, withRecords } = await nightly();
    const key = { host: "testhost", profile: null, stateDir: join(home, ".openclaw") };
    const startedAt = "2026-03-04T03:00:00.000Z";
    const id = withRecords((records) => new RunRecords(records).begin(key, startedAt, markOf(processes)));
    const { status, err } = await run();
    expect(status).toBe(11);
    expect(err).toContain(`process ${process.pid}, since ${startedAt}`);
    withRecords((records) => {
      const dead = { ...markOf(processes), boot: "another" };
      records.run("UPDATE runs SET process = ? WHERE id = ?", JSON.stringify(dead), id);
    });
    expect((await run()).status).toBe(0);
    const outcomes = withRecords((records) =>
      new RunRecords(records).latest(key, 9).map(({ outcome }) => outcome),
    );
    expect(outcomes).toEqual(["done", "killed"]);
  });

  it("backs up the other profiles where another run for one of them is on", async () => {
    const { run, home, processes, withRecords } = await nightly({ profiles: ["default", "work"] });
    const key = { host: "testhost", profile: null, stateDir: join(home, ".openclaw") };
    const startedAt = "2026-03-04T03:00:00.000Z";
    withRecords((records) => new RunRecords(records).begin(key, startedAt, markOf(processes)));
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(report!.installations).toMatchObject([
      { outcome: "failed", archive: null, steps: [{ step: "create", code: "run-in-progress" }] },
      { outcome: "done", installation: { profile: "work" } },
    ]);
    expect(withRecords((records) => new RunRecords(records).latest(key, 9))).toMatchObject([
      { outcome: "open", steps: [] },
    ]);
  });

  it.each([
    ["an hour ago", "2026-03-04T04:06:07.000Z", 11],
    ["two days ago", "2026-03-02T05:06:07.000Z", 0],
    ["when the clock was years ahead", "2031-01-01T00:00:00.000Z", 0],
  ])(
    "waits for a day for a run of a machine of the same name: one begun %s",
    async (_when, startedAt, expected) => {
      const { run, home, processes, withRecords, ocbak } = await nightly();
      const key = { host: "testhost", profile: null, stateDir: join(home, ".openclaw") };
      // The disk of the old machine, or its home, lives on in this one.
      const mark = { ...markOf(processes), machine: "0123456789abcdef", boot: null, start: null };
      withRecords((records) => {
        const id = new RunRecords(records).begin(key, startedAt, mark);
        records.run("UPDATE runs SET process = ? WHERE id = ?", JSON.stringify(mark), id);
      });
      const { out } = await ocbak(["status", "--json"]);
      const { installations } = JSON.parse(out) as { installations: { running: unknown }[] };
      expect(installations[0]!.running === null).toBe(expected === 0);
      expect((await run()).status).toBe(expected);
    },
  );

  it("restores the archive for proof as often as the settings say", async () => {
    const { run, home, archives, withRecords } = await nightly({ drillEvery: "7d" });
    expect(stepsOf((await run()).report)).toContain("drill usb: done");
    const key = { host: "testhost", profile: null, stateDir: join(home, ".openclaw") };
    expect(withRecords((records) => new DrillRecords(records).latest(key))).toMatchObject({ ok: true });
    rmSync(join(archives, "usb", name));
    rmSync(join(archives, "nas", name));
    expect(stepsOf((await run()).report)).not.toContain("drill usb: done");
  });

  it("fails where a drill is due and no key is there", async () => {
    const { run, identityFile } = await nightly({ drillEvery: "7d" });
    rmSync(identityFile);
    const { status, report } = await run();
    expect(status).toBe(1);
    expect(stepsOf(report)).toEqual([
      "create usb: done",
      "verify usb: done",
      "copy nas: done",
      "drill usb: failed",
    ]);
  });

  it("prunes every store by the policy, and counts a store that fails as a failure", async () => {
    const { run, kept, path } = await nightly({ retention: { keepLast: 1 } });
    expect(stepsOf((await run()).report).slice(3)).toEqual(["prune usb: done", "prune nas: done"]);
    for (const store of ["usb", "nas"])
      renameSync(join(path(store), name), join(path(store), `older-${name}`));
    const { status } = await run();
    expect(status).toBe(0);
    expect([kept("usb"), kept("nas")]).toEqual([[name], [name]]);
    rmSync(path("nas"), { recursive: true });
    renameSync(join(path("usb"), name), join(path("usb"), `older-${name}`));
    expect(stepsOf((await run()).report).slice(2)).toEqual([
      "copy nas: failed",
      "prune usb: done",
      "prune nas: failed",
    ]);
  });

  it("reads what is due of every store, and fails as long as a damaged archive is there", async () => {
    const { run, path } = await nightly({ readAllWithin: "30d" });
    expect(stepsOf((await run()).report).slice(3)).toEqual(["subset usb: done", "subset nas: done"]);
    const older = join(path("nas"), `older-${name}`);
    const bytes = readFileSync(join(path("nas"), name));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(older, bytes);
    for (const _again of [1, 2]) {
      const { status, report } = await run();
      expect(status).toBe(1);
      expect(stepsOf(report).slice(3)).toEqual(["subset usb: done", "subset nas: failed"]);
      expect(report!.installations[0]!.steps.at(-1)).toMatchObject({
        reason: `older-${name} is damaged`,
        code: "not-whole",
      });
    }
  });

  it("goes on with the series of its store where the records were lost", async () => {
    const { run, archives, path, ocbak } = await nightly();
    const seriesIn = async (): Promise<unknown> => {
      const { out } = await ocbak(["inspect", "--json", join(path("usb"), name)]);
      return (JSON.parse(out) as { series: unknown }).series;
    };
    await run();
    const first = (await seriesIn()) as { id: string };
    rmSync(recordsOf(dirname(archives)), { recursive: true });
    for (const store of ["usb", "nas"])
      renameSync(join(path(store), name), join(path(store), `older-${name}`));
    await run();
    expect(await seriesIn()).toEqual({ id: first.id, sequence: 1 });
  });

  it("warns where another machine of the same name is on the series, each time that one was there", async () => {
    const { run, archives } = await nightly();
    const root = recordsOf(dirname(archives));
    const errs: string[] = [];
    for (const machine of ["a", "a", "b", "b", "a"]) {
      if (existsSync(`${root}.${machine}`)) renameSync(`${root}.${machine}`, root);
      const { status, err } = await run();
      expect(status).toBe(0);
      errs.push(/another machine is called testhost/.test(err) ? "warned" : err);
      renameSync(root, `${root}.${machine}`);
    }
    for (const machine of ["a", "b"]) rmSync(`${root}.${machine}`, { recursive: true });
    expect(errs).toEqual(["", "", "warned", "", "warned"]);
  });

  it("takes another name for a second archive of the same second", async () => {
    const { run, kept } = await nightly();
    for (const expected of [0, 0]) expect((await run()).status).toBe(expected);
    expect(kept("nas")).toEqual([name.replace(".ocbak", "-2.ocbak"), name].sort());
  });

  it("needs a store, and says how to get one", async () => {
    const { ocbak } = await nightly();
    const { status, err } = await ocbak(["run", "--no-config"]);
    expect(status).toBe(2);
    expect(err).toMatch(/no store is set.*\n.*ocbak init DIR/);
  });
});
