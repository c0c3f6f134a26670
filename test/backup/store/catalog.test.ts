import { copyFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Catalog, readCatalog } from "../../../src/backup/store/catalog.ts";
import { listArchives } from "../../../src/backup/store/list-archives.ts";
import { openRecords } from "../../../src/records/database.ts";
import { VerdictRecords } from "../../../src/records/verdict-records.ts";
import type { ArchiveStore } from "../../../src/store/archive-store.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { firstOf, following, makeStore, replacing, type TestStore } from "../../support/stores.ts";
import { freshDir } from "../../support/tree.ts";
import { makeWorld, type World } from "../../support/world.ts";

async function fresh(): Promise<TestStore & { world: World }> {
  const world = await makeWorld();
  return { ...(await makeStore(world)), world };
}

function catalogOf({ store, world }: { store: ArchiveStore; world: World }): Promise<Catalog> {
  return readCatalog({ store, records: undefined }, world.context());
}

/** host → names, newest first. */
function namesOf({ series }: Catalog): [string, string[]][] {
  return series.map(({ host, archives }) => [host, archives.map(({ stored }) => stored.name)]);
}

describe("the catalog of a store", () => {
  it("has the archives by series, those without one by host, profile and state dir, newest first", async () => {
    const { put, ...of } = await fresh();
    const first = await put("z.ocbak", { at: "2026-01-01T00:00:00Z", series: firstOf("1") });
    await put("y.ocbak", { at: "2026-01-02T00:00:00Z", series: following(first) });
    await put("x.ocbak", { at: "2026-01-03T00:00:00Z" });
    await put("w.ocbak", { at: "2026-01-04T00:00:00Z", profile: "work" });
    await put("v.ocbak", { at: "2026-01-05T00:00:00Z", host: "other" });
    const catalog = await catalogOf(of);
    expect(namesOf(catalog)).toEqual([
      ["other", ["v.ocbak"]],
      ["testhost", ["x.ocbak"]],
      ["testhost", ["y.ocbak", "z.ocbak"]],
      ["testhost", ["w.ocbak"]],
    ]);
    expect(catalog.series.map(({ gaps, forks }) => [...gaps, ...forks])).toEqual([[], [], [], []]);
  });

  it("shows numbers that are missing, but not those that were pruned", async () => {
    const { put, path: _path, ...of } = await fresh();
    const series = firstOf("1");
    for (const [name, sequence] of [
      ["a", 0],
      ["b", 3],
      ["c", 4],
      ["d", 7],
    ] as const)
      await put(`${name}.ocbak`, {
        at: `2026-01-0${sequence + 1}T00:00:00Z`,
        series: { ...series, sequence },
      });
    expect((await catalogOf(of)).series[0]!.gaps).toEqual([
      { from: 1, to: 2 },
      { from: 5, to: 6 },
    ]);
  });

  it("takes a number for missing only where its archive is not here, whole or damaged", async () => {
    const { put, path, ...of } = await fresh();
    const series = firstOf("1");
    for (const sequence of [0, 1, 2, 9])
      await put(`${sequence}.ocbak`, {
        at: `2026-01-1${sequence}T00:00:00Z`,
        series: { ...series, sequence },
      });
    for (const cut of ["1.ocbak", "9.ocbak"]) truncateSync(join(path, cut), 30_000);
    expect((await catalogOf(of)).series[0]!.gaps).toEqual([]);
  });

  it("shows forks: the same number, the same archive before, and numbers that follow where archives do not", async () => {
    const { put, path, ...of } = await fresh();
    const first = await put("1.ocbak", { at: "2026-01-01T00:00:00Z", series: firstOf("1") });
    copyFileSync(join(path, "1.ocbak"), join(path, "1-copy.ocbak"));
    const second = await put("2.ocbak", { at: "2026-01-02T00:00:00Z", series: following(first) });
    expect((await catalogOf(of)).series[0]!.forks).toEqual([]);
    await put("2-again.ocbak", { at: "2026-01-03T00:00:00Z", series: following(first) });
    await put("3.ocbak", { at: "2026-01-04T00:00:00Z", series: { ...following(first), sequence: 2 } });
    await put("4.ocbak", { at: "2026-01-05T00:00:00Z", series: { ...following(second), sequence: 3 } });
    const { forks } = (await catalogOf(of)).series[0]!;
    expect(forks).toEqual([
      { kind: "number", archives: ["2.ocbak", "2-again.ocbak"] },
      { kind: "previous", archives: ["2.ocbak", "2-again.ocbak", "3.ocbak"] },
      { kind: "link", archives: ["2.ocbak", "2-again.ocbak", "3.ocbak"] },
      { kind: "link", archives: ["3.ocbak", "4.ocbak"] },
    ]);
  });

  it("says of files that are cut, changed, foreign or no files what they are, and goes by their head where it is whole", async () => {
    const { put, path, ...of } = await fresh();
    const at = "2026-01-01T00:00:00Z";
    for (const name of ["whole", "cut", "changed", "headless", "long"]) await put(`${name}.ocbak`, { at });
    const change = (name: string, edit: (bytes: Buffer) => Buffer): void =>
      writeFileSync(join(path, name), edit(readFileSync(join(path, name))));
    truncateSync(join(path, "cut.ocbak"), 50_000);
    change("changed.ocbak", (bytes) =>
      bytes.fill("A", bytes.lastIndexOf("manifestSha256"), bytes.lastIndexOf("manifestSha256") + 8),
    );
    change("headless.ocbak", (bytes) => bytes.fill(0, 0, 4096));
    change("long.ocbak", (bytes) => Buffer.concat([bytes, Buffer.alloc(7)]));
    writeFileSync(join(path, "text.ocbak"), "no archive");
    writeFileSync(join(path, "empty.ocbak"), "");
    writeFileSync(join(path, "notes.txt"), "");
    symlinkSync("whole.ocbak", join(path, "link.ocbak"));
    const catalog = await catalogOf(of);
    const grouped = catalog.series.flatMap(({ archives }) => archives);
    expect(
      Object.fromEntries(grouped.map(({ stored, verdict, isGood }) => [stored.name, [verdict, isGood]])),
    ).toEqual({
      "whole.ocbak": ["complete", true],
      "cut.ocbak": ["partial", false],
      "changed.ocbak": ["damaged", false],
      "long.ocbak": ["damaged", false],
    });
    expect(catalog.unknown.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["empty.ocbak", "not-an-archive"],
      ["headless.ocbak", "damaged"],
      ["text.ocbak", "not-an-archive"],
    ]);
    expect(catalog.foreign).toBe(2);
  });

  it("adds the tags and pins of the store's notes", async () => {
    const { put, store, world } = await fresh();
    const { archiveId } = await put("a.ocbak", { at: "2026-01-01T00:00:00Z", tags: ["made", "both"] });
    await store.changeNotes((notes) => ({
      ...notes,
      archives: { [archiveId]: { tags: ["both", "later"], pinned: true } },
    }));
    const [series] = (await catalogOf({ store, world })).series;
    expect(series!.archives[0]).toMatchObject({ tags: ["made", "both", "later"], pinned: true });
  });

  it("leaves out what is removed while it looks", async () => {
    const { put, store, world } = await fresh();
    await put("a.ocbak", { at: "2026-01-01T00:00:00Z" });
    await put("b.ocbak", { at: "2026-01-02T00:00:00Z" });
    const vanishing = replacing(store, {
      async list() {
        const listing = await store.list();
        await store.remove(listing.archives[0]!);
        return listing;
      },
    });
    expect(namesOf(await catalogOf({ store: vanishing, world }))).toEqual([["testhost", ["b.ocbak"]]]);
  });
});

describe("a store that does not give its archives", () => {
  it("hides no other archive, and the one it does not give counts for nothing", async () => {
    const { put, store, world } = await fresh();
    for (const day of [1, 2]) await put(`${day}.ocbak`, { at: `2026-01-0${day}T00:00:00Z` });
    const failing = replacing(store, {
      open(name) {
        if (name === "2.ocbak") return Promise.reject(new StoreError("io", "reading 2.ocbak failed: EIO"));
        return store.open(name);
      },
    });
    const catalog = await catalogOf({ store: failing, world });
    expect(namesOf(catalog)).toEqual([["testhost", ["1.ocbak"]]]);
    expect(catalog.unknown).toMatchObject([
      { name: "2.ocbak", verdict: "unreadable", reason: expect.stringContaining("EIO") },
    ]);
  });

  it("is left when the run is told to stop: no archive more is opened", async () => {
    const { put, store, world } = await fresh();
    for (let at = 0; at < 40; at++) await put(`${at}.ocbak`, { at: "2026-01-01T00:00:00Z" });
    const abort = new AbortController();
    let opened = 0;
    const counting = replacing(store, {
      open(name) {
        opened += 1;
        abort.abort(new Error("stop"));
        return store.open(name);
      },
    });
    const context = world.context({ signal: abort.signal });
    await expect(readCatalog({ store: counting, records: undefined }, context)).rejects.toThrow("stop");
    expect(opened).toBe(1);
  });
});

describe("the verdict on an archive", () => {
  it.each<[string, [level: "quick" | "intact" | "full", verdict: string, hour: number][], string, boolean]>([
    ["is that of the look just now where none is recorded", [], "complete", true],
    [
      "is the deepest of those that found nothing wrong",
      [
        ["quick", "complete", 3],
        ["full", "full", 1],
      ],
      "full",
      true,
    ],
    [
      "is a refusal, also where a later look was less deep",
      [
        ["full", "damaged", 1],
        ["quick", "complete", 2],
      ],
      "damaged",
      false,
    ],
    [
      "is no longer a refusal once a look as deep found nothing wrong",
      [
        ["intact", "damaged", 1],
        ["full", "full", 2],
      ],
      "full",
      true,
    ],
    [
      "is a refusal that came later",
      [
        ["full", "full", 1],
        ["quick", "partial", 2],
      ],
      "partial",
      false,
    ],
  ])("%s", async (_what, recorded, verdict, isGood) => {
    const { put, store, world } = await fresh();
    const { archiveId } = await put("a.ocbak", { at: "2026-01-01T00:00:00Z" });
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    const { version } = (await store.stat("a.ocbak"))!;
    for (const [level, found, hour] of recorded)
      new VerdictRecords(records).put({
        archiveId,
        storeId: store.id,
        level,
        version,
        verdict: found,
        complete: null,
        at: `2026-02-01T0${hour}:00:00.000Z`,
      });
    const { series } = await readCatalog({ store, records }, world.context());
    expect(series[0]!.archives[0]).toMatchObject({ verdict, isGood });
  });

  it("of other bytes, or in another store, says nothing", async () => {
    const { put, store, world } = await fresh();
    const { archiveId } = await put("a.ocbak", { at: "2026-01-01T00:00:00Z" });
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    const verdict = {
      archiveId,
      level: "full",
      verdict: "damaged",
      complete: null,
      at: "2026-02-01T00:00:00.000Z",
    } as const;
    new VerdictRecords(records).put({ ...verdict, storeId: store.id, version: "of before" });
    new VerdictRecords(records).put({
      ...verdict,
      storeId: "another",
      version: (await store.stat("a.ocbak"))!.version,
    });
    const { series } = await readCatalog({ store, records }, world.context());
    expect(series[0]!.archives[0]).toMatchObject({ verdict: "complete", isGood: true });
  });
});

describe("listing again", () => {
  it("reads no archive that is the same as before, and each that is another", async () => {
    const { put, store, world } = await fresh();
    for (const name of ["a", "b", "c"]) await put(`${name}.ocbak`, { at: "2026-01-01T00:00:00Z" });
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    const opened: string[] = [];
    const counting = replacing(store, {
      open(name) {
        opened.push(name);
        return store.open(name);
      },
    });
    const list = () => listArchives({ store: counting, records }, undefined, world.context());
    const first = await list();
    expect(opened.splice(0)).toEqual(["a.ocbak", "b.ocbak", "c.ocbak"]);
    expect(await list()).toEqual(first);
    expect(opened).toEqual([]);
    await put("b.ocbak", { at: "2026-01-05T00:00:00Z" });
    expect((await list()).series[0]!.archives[0]).toMatchObject({ name: "b.ocbak" });
    expect(opened).toEqual(["b.ocbak"]);
  });
});
