import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listArchives } from "../../src/backup/store/list-archives.ts";
import { pruneStore } from "../../src/backup/store/prune.ts";
import { openRecords } from "../../src/records/database.ts";
import { VerdictRecords } from "../../src/records/verdict-records.ts";
import type { Retained } from "../../src/store/retention/decide.ts";
import type { RetentionPolicy } from "../../src/store/retention/policy.ts";
import { naivelyKept } from "../store/retention/naive.ts";
import { datesOf, nightsOf, nightTime } from "../store/retention/year.ts";
import { firstOf, following, makeStore } from "../support/stores.ts";
import { freshDir } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

const policy: RetentionPolicy = {
  keepLast: 3,
  keepDaily: 7,
  keepWeekly: 5,
  keepMonthly: 12,
  keepTags: ["mark"],
};

describe("a year of nightly backups into a real store, with failures mixed in", () => {
  it.each([1, 2])("leaves every night exactly what the policy says, of seed %i", async (seed) => {
    const world = await makeWorld();
    const { put, store, path } = await makeStore(world);
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    let believed: Retained[] = [];
    let series = firstOf("1");
    let removed = 0;
    for (const [at, night] of nightsOf(seed).entries()) {
      for (const createdAt of datesOf(night, nightTime(at))) {
        const name = `${String(series.sequence).padStart(4, "0")}.ocbak`;
        const tags = at % 100 === 0 ? ["mark"] : [];
        const iso = createdAt.toISOString().replace(".000Z", "Z");
        const manifest = await put(name, { at: iso, series, tags });
        const { archiveId } = manifest;
        if (night === "damaged") spoil(join(path, name), at);
        if (at % 97 === 0)
          await store.changeNotes((notes) => ({
            ...notes,
            archives: { ...notes.archives, [archiveId]: { tags: [], pinned: true } },
          }));
        const { version } = (await store.stat(name))!;
        const verdict = { archiveId, storeId: store.id, version, at: iso, level: "full" } as const;
        new VerdictRecords(records).put({ ...verdict, verdict: "full", complete: night !== "incomplete" });
        believed.push({
          name,
          manifestSha256: name,
          createdAt,
          sequence: series.sequence,
          tags,
          pinned: at % 97 === 0,
          isGood: night !== "damaged",
          isIncomplete: night === "incomplete",
        });
        series = following(manifest);
      }
      const now = new Date(nightTime(at).getTime() + 2 * 3_600_000);
      const context = world.context({ now: () => now });
      const kept = naivelyKept(believed, policy, now);
      const report = await pruneStore(store, { policy }, { records, context });
      expect(report.failed).toBe(0);
      removed += report.removed.archives;
      believed = believed.filter(({ name }) => kept.has(name));
      expect(archivesIn(path)).toEqual(believed.map(({ name }) => name));
    }
    const context = world.context({ now: () => nightTime(400) });
    const { series: listed } = await listArchives({ store, records }, { policy }, context);
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ gaps: [], forks: [] });
    console.log(
      `seed ${seed}: ${series.sequence} archives made, ${removed} removed, ${believed.length} left`,
    );
    expect(removed).toBeGreaterThan(200);
  });
});

/** By turns cut, and changed where a quick look sees it. */
function spoil(path: string, at: number): void {
  const bytes = readFileSync(path);
  if (at % 2 === 0) return truncateSync(path, bytes.length - 700);
  bytes.write("A", bytes.lastIndexOf("manifestSha256"));
  writeFileSync(path, bytes);
}

function archivesIn(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith(".ocbak"))
    .toSorted();
}
