import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planPrune, pruneStore } from "../../../src/backup/store/prune.ts";
import { openRecords, type RecordsDatabase } from "../../../src/records/database.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { makeStore, replacing, type TestStore } from "../../support/stores.ts";
import { freshDir } from "../../support/tree.ts";
import { makeWorld, namesIn, type World } from "../../support/world.ts";

const old = ".a.ocbak.0123456789ab.partial";
const fresh = ".b.ocbak.0123456789ab.partial";

/** Two archives of one day each; a partial file of last month, and one of this moment. */
async function storeWithLeftovers(): Promise<TestStore & { world: World; records: RecordsDatabase }> {
  const world = await makeWorld();
  const made = await makeStore(world);
  for (const day of [1, 2]) await made.put(`0${day}.ocbak`, { at: `2026-02-0${day}T03:00:00Z` });
  const now = world.context().now();
  for (const [name, at] of [
    [old, new Date("2026-02-03T00:00:00Z")],
    [fresh, now],
  ] as const) {
    writeFileSync(join(made.path, name), "x");
    utimesSync(join(made.path, name), at, at);
  }
  return { ...made, world, records: openRecords({ env: {}, osHomeDir: freshDir() }) };
}

describe("what killed runs left half-written in a store", () => {
  it("goes with a prune, after a while; a dry run tells of it and leaves it", async () => {
    const { store, path, world, records } = await storeWithLeftovers();
    const choice = { policy: { keepLast: 2 } };
    const setting = { records, context: world.context() };
    expect(await planPrune(store, choice, setting)).toMatchObject({
      foreign: 0,
      leftovers: [
        { name: old, modifiedAt: "2026-02-03T00:00:00.000Z", fate: "to-remove" },
        { name: fresh, fate: "kept" },
      ],
    });
    expect(namesIn(path)).toContain(old);
    expect(await pruneStore(store, choice, setting)).toMatchObject({
      leftovers: [
        { name: old, sizeBytes: 1, fate: "removed" },
        { name: fresh, fate: "kept" },
      ],
      removed: { archives: 0 },
    });
    expect(namesIn(path)).toEqual([fresh, ".ocbak-store.json", "01.ocbak", "02.ocbak"]);
  });

  it("hides nothing of the prune where it cannot be removed", async () => {
    const { store, world, records } = await storeWithLeftovers();
    const said: string[] = [];
    const context = world.context({ notice: (line) => void said.push(line) });
    const failing = replacing(store, {
      removeLeftovers: () => Promise.reject(new StoreError("io", "removing it failed: EIO")),
    });
    const report = await pruneStore(failing, { policy: { keepLast: 1 } }, { records, context });
    expect(report).toMatchObject({
      removed: { archives: 1 },
      leftovers: [{ fate: "kept" }, { fate: "kept" }],
    });
    expect(said).toEqual(["warning: removing it failed: EIO"]);
  });

  it("is told for people, in names that do no harm to their terminal", async () => {
    const { path, world } = await storeWithLeftovers();
    writeFileSync(join(path, ".\u001b[31mc.ocbak.0123456789ab.partial"), "x");
    const { out } = await world.ocbak(["prune", path, "--keep-last", "2"]);
    expect(out).toContain(`unfinished, removed: ${old} (1 byte; a killed run left it)\n`);
    expect(out).toContain(`unfinished, kept: ${fresh} (1 byte; a run may be at work on it)\n`);
    expect(out).not.toContain("\u001b");
  });
});
