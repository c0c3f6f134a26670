import { describe, expect, it } from "vitest";
import { ArchiveFactsCache, type CachedFacts } from "../../src/records/archive-facts-cache.ts";
import { openRecords } from "../../src/records/database.ts";
import { type PruneRecord, PruneRecords } from "../../src/records/prune-records.ts";
import { type VerdictRecord, VerdictRecords } from "../../src/records/verdict-records.ts";
import { freshDir } from "../support/tree.ts";

const fresh = () => openRecords({ env: {}, osHomeDir: freshDir() });
const at = "2026-11-23T03:00:00.000Z";
const verdict: VerdictRecord = {
  archiveId: "1",
  storeId: "usb",
  level: "full",
  version: "v1",
  verdict: "full",
  complete: true,
  at,
};

const pruned = (archiveId: string, sequence: number | null): PruneRecord => ({
  archiveId,
  storeId: "usb",
  seriesId: sequence === null ? null : "s",
  sequence,
  at,
});

const facts = (name: string, version: string): CachedFacts => ({
  name,
  version,
  facts: { of: [name, version] },
});

describe("the records of verdicts", () => {
  it("keep the last of each archive, store and level", () => {
    using records = fresh();
    const verdicts = new VerdictRecords(records);
    const damaged = { ...verdict, verdict: "damaged", complete: null, version: null };
    const elsewhere = { ...verdict, storeId: null, complete: false };
    const quick = { ...verdict, level: "quick" as const };
    for (const each of [verdict, elsewhere, quick, damaged]) verdicts.put(each);
    expect([verdicts.of("usb"), verdicts.of(null), verdicts.of("nas")]).toEqual([
      [damaged, quick],
      [elsewhere],
      [],
    ]);
    verdicts.remove("1", "usb");
    expect([verdicts.of("usb"), verdicts.of(null)]).toEqual([[], [elsewhere]]);
  });
});

describe("the records of what was pruned", () => {
  it("tell of a store which archives of which series are gone on purpose", () => {
    using records = fresh();
    const prunes = new PruneRecords(records);
    for (const each of [pruned("b", 10), pruned("a", 9), pruned("c", null)]) prunes.put(each);
    expect([prunes.of("usb"), prunes.of("nas")]).toEqual([
      [pruned("c", null), pruned("a", 9), pruned("b", 10)],
      [],
    ]);
  });
});

describe("the cache of facts", () => {
  it("replaces what is new, and forgets what is no longer there", () => {
    using records = fresh();
    const cache = new ArchiveFactsCache(records);
    cache.update("usb", [facts("a", "1"), facts("b", "1"), facts("c", "1")], new Set(["a", "b", "c"]));
    cache.update("nas", [facts("a", "9")], new Set(["a"]));
    cache.update("usb", [facts("b", "2")], new Set(["b", "c"]));
    expect([...cache.of("usb").values()]).toEqual([facts("b", "2"), facts("c", "1")]);
    expect([...cache.of("nas").values()]).toEqual([facts("a", "9")]);
  });
});
