import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planPrune, pruneStore } from "../../../src/backup/store/prune.ts";
import { readCatalog } from "../../../src/backup/store/catalog.ts";
import { openRecords, type RecordsDatabase } from "../../../src/records/database.ts";
import { PruneRecords } from "../../../src/records/prune-records.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { firstOf, following, makeStore, replacing, type TestStore } from "../../support/stores.ts";
import { freshDir } from "../../support/tree.ts";
import { makeWorld, namesIn, type World } from "../../support/world.ts";

/** Ten days of a series: `01.ocbak` … `10.ocbak`, the clock at 4 March. */
async function tenDays(): Promise<TestStore & { world: World; records: RecordsDatabase }> {
  const world = await makeWorld();
  const made = await makeStore(world);
  let series = firstOf("1");
  for (let day = 1; day <= 10; day++) {
    const two = String(day).padStart(2, "0");
    series = following(await made.put(`${two}.ocbak`, { at: `2026-02-${two}T03:00:00Z`, series }));
  }
  const records = openRecords({ env: {}, osHomeDir: freshDir() });
  return { ...made, world, records };
}

const policy = { keepLast: 3 };
const archivesIn = (path: string): string[] => namesIn(path).filter((name) => name.endsWith(".ocbak"));

describe("prune", () => {
  it("removes what no rule keeps, and what is left has neither gaps nor forks", async () => {
    const { store, path, world, records } = await tenDays();
    const context = world.context();
    const report = await pruneStore(
      store,
      { policy: { keepDaily: 2, keepMonthly: 1, keepTags: ["none"] } },
      { records, context },
    );
    expect(archivesIn(path)).toEqual(["09.ocbak", "10.ocbak"]);
    expect(report).toMatchObject({ dryRun: false, failed: 0, removed: { archives: 8 } });
    expect(report.series[0]!.archives.slice(0, 3)).toMatchObject([
      { name: "10.ocbak", fate: "kept", keptBy: ["daily", "monthly", "newest"] },
      { name: "09.ocbak", fate: "kept", keptBy: ["daily"] },
      { name: "08.ocbak", fate: "removed", keptBy: [] },
    ]);
    const { series } = await readCatalog({ store, records }, context);
    expect(series[0]).toMatchObject({ gaps: [], forks: [] });
    expect(new PruneRecords(records).of(store.id).map(({ sequence }) => sequence)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it.each([["none"], [","]])(
    "removes nothing where tags are all it goes by, and none has them: %j",
    async (...keepTags) => {
      const { store, path, world, records } = await tenDays();
      const [context, before] = [world.context(), namesIn(path)];
      for (const prune of [planPrune, pruneStore])
        await expect(prune(store, { policy: { keepTags } }, { records, context })).rejects.toMatchObject({
          code: "bad-policy",
          message: expect.stringMatching(/^no archive of .* none but the newest would be kept$/) as string,
        });
      expect(namesIn(path)).toEqual(before);
      await pruneStore(store, { policy: { keepTags, keepLast: 1 } }, { records, context });
      expect(archivesIn(path)).toEqual(["10.ocbak"]);
    },
  );

  it("shows as a gap what is gone from the middle without having been pruned", async () => {
    const { store, path, world, records } = await tenDays();
    const context = world.context();
    const tags = { keepLast: 1, keepTags: ["kept"] };
    const [, second] = (await readCatalog({ store, records }, context)).series[0]!.archives.toReversed();
    await store.changeNotes((notes) => ({
      ...notes,
      archives: { [second!.facts.archiveId]: { tags: ["kept"], pinned: false } },
    }));
    await pruneStore(store, { policy: tags }, { records, context });
    expect(archivesIn(path)).toEqual(["02.ocbak", "10.ocbak"]);
    expect((await readCatalog({ store, records }, context)).series[0]!.gaps).toEqual([]);
    using others = openRecords({ env: {}, osHomeDir: freshDir() });
    expect((await readCatalog({ store, records: others }, context)).series[0]!.gaps).toEqual([
      { from: 2, to: 8 },
    ]);
  });

  it("only says what it would do in a dry run, needs no lock and no records for it, and then does just that", async () => {
    const { store, path, world, records } = await tenDays();
    const context = world.context();
    const before = namesIn(path);
    const unlockable = replacing(store, { lock: () => Promise.reject(new StoreError("locked", "held")) });
    const planned = await planPrune(unlockable, { policy }, { records: undefined, context });
    expect(namesIn(path)).toEqual(before);
    const done = await pruneStore(store, { policy }, { records, context });
    expect(done).toEqual(
      JSON.parse(JSON.stringify({ ...planned, dryRun: false }).replaceAll('"to-remove"', '"removed"')),
    );
  });

  it("touches no series of another host, nor files that are no archives, nor what does not verify", async () => {
    const { store, path, put, world, records } = await tenDays();
    for (const day of [1, 2])
      await put(`other-${day}.ocbak`, { at: `2026-01-0${day}T00:00:00Z`, host: "other" });
    truncateSync(join(path, "02.ocbak"), 20_000);
    writeFileSync(join(path, "strange.ocbak"), "strange");
    writeFileSync(join(path, "mine.txt"), "mine");
    const report = await pruneStore(
      store,
      { policy: { keepLast: 1 } },
      { records, context: world.context() },
    );
    expect(archivesIn(path)).toEqual([
      "02.ocbak",
      "10.ocbak",
      "other-1.ocbak",
      "other-2.ocbak",
      "strange.ocbak",
    ]);
    expect(namesIn(path)).toContain("mine.txt");
    expect(report).toMatchObject({
      untouched: [{ host: "other", archives: 2 }],
      unknown: [{ name: "strange.ocbak", verdict: "not-an-archive" }],
      foreign: 1,
    });
    const cut = report.series[0]!.archives.find(({ name }) => name === "02.ocbak");
    expect(cut).toMatchObject({ fate: "kept", keptBy: ["does not verify"] });
  });

  it.each<[string, "all" | readonly string[], string[]]>([
    ["those of a host that is named", ["other"], ["02.ocbak", "here.ocbak", "old.ocbak"]],
    ["those of all hosts", "all", ["02.ocbak", "here.ocbak"]],
  ])("on demand prunes %s", async (_what, hosts, left) => {
    const world = await makeWorld();
    const { put, store, path } = await makeStore(world);
    await put("01.ocbak", { at: "2026-01-01T00:00:00Z", host: "other" });
    await put("02.ocbak", { at: "2026-01-02T00:00:00Z", host: "other" });
    await put("old.ocbak", { at: "2026-01-01T00:00:00Z" });
    await put("here.ocbak", { at: "2026-01-02T00:00:00Z" });
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    await pruneStore(store, { policy: { keepLast: 1 }, hosts }, { records, context: world.context() });
    expect(archivesIn(path)).toEqual(left);
  });

  it("removes copies of an archive with it, and counts them once", async () => {
    const { store, path, world, records } = await tenDays();
    for (const name of ["10", "09", "01"])
      copyFileSync(join(path, `${name}.ocbak`), join(path, `${name}-copy.ocbak`));
    await pruneStore(store, { policy: { keepLast: 2 } }, { records, context: world.context() });
    expect(archivesIn(path)).toEqual(["09-copy.ocbak", "09.ocbak", "10-copy.ocbak", "10.ocbak"]);
  });

  it("leaves one that was replaced since it was looked at, says so, and goes on", async () => {
    const { store, path, world, records } = await tenDays();
    const other = readFileSync(join(path, "10.ocbak"));
    const racing = replacing(store, {
      async remove(archive) {
        if (archive.name === "03.ocbak")
          writeFileSync(join(path, archive.name), Buffer.concat([other, other]));
        if (archive.name === "04.ocbak") await store.remove(archive);
        return store.remove(archive);
      },
    });
    const report = await pruneStore(racing, { policy }, { records, context: world.context() });
    expect(archivesIn(path)).toEqual(["03.ocbak", "08.ocbak", "09.ocbak", "10.ocbak"]);
    expect(report).toMatchObject({ failed: 1, removed: { archives: 5 } });
    const fates = new Map(report.series[0]!.archives.map(({ name, fate, reason }) => [name, [fate, reason]]));
    expect(fates.get("03.ocbak")).toEqual(["failed", expect.stringContaining("another file")]);
    expect(fates.get("04.ocbak")).toEqual(["gone", null]);
  });

  it("stops between two archives when it is told to, with what was removed recorded and the lock given back", async () => {
    const { store, path, world, records } = await tenDays();
    const abort = new AbortController();
    const slow = replacing(store, {
      async remove(archive) {
        await store.remove(archive);
        if (archive.name === "04.ocbak") abort.abort(new Error("stop"));
      },
    });
    const said: string[] = [];
    const context = world.context({ signal: abort.signal, notice: (line) => void said.push(line) });
    await expect(pruneStore(slow, { policy }, { records, context })).rejects.toThrow("stop");
    expect(archivesIn(path)).toEqual(["05", "06", "07", "08", "09", "10"].map((name) => `${name}.ocbak`));
    expect(said).toEqual([expect.stringContaining("4 of 7")]);
    expect(new PruneRecords(records).of(store.id)).toHaveLength(4);
    await using _lock = await store.lock("to see whether it is free");
  });

  it("does nothing while another run holds the store", async () => {
    const { store, path, world, records } = await tenDays();
    await using _lock = await store.lock("a test");
    const context = world.context();
    await expect(pruneStore(store, { policy }, { records, context })).rejects.toMatchObject({
      code: "locked",
    });
    expect(archivesIn(path)).toHaveLength(10);
  });

  it("waits for another run as long as it is told to, and stops waiting when it is told to stop", async () => {
    const { store, path, world, records } = await tenDays();
    const held = await store.lock("a test");
    const abort = new AbortController();
    const context = world.context({ signal: abort.signal });
    const stopped = pruneStore(store, { policy }, { records, context, waitMs: 30_000 });
    abort.abort(new Error("stop"));
    await expect(stopped).rejects.toThrow(/abort/i);
    const waiting = pruneStore(store, { policy }, { records, context: world.context(), waitMs: 30_000 });
    await held[Symbol.asyncDispose]();
    expect((await waiting).removed.archives).toBe(7);
    expect(archivesIn(path)).toHaveLength(3);
  });

  it.each([{}, { keepLast: 0 }, { keepWithin: "0d", keepTags: [] }, { keepWithinDaily: "1w" }])(
    "refuses the policy %j",
    async (bad) => {
      const world = await makeWorld();
      const { store } = await makeStore(world);
      using records = openRecords({ env: {}, osHomeDir: freshDir() });
      const context = world.context();
      const refusal = { code: "bad-policy" };
      await expect(pruneStore(store, { policy: bad }, { records, context })).rejects.toMatchObject(refusal);
      await expect(planPrune(store, { policy: bad }, { records, context })).rejects.toMatchObject(refusal);
    },
  );
});
