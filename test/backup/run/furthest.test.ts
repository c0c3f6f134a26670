import { describe, expect, it } from "vitest";
import { furthestIn } from "../../../src/backup/run/furthest.ts";
import { openRecords } from "../../../src/records/database.ts";
import { firstOf, following, makeStore } from "../../support/stores.ts";
import { freshDir } from "../../support/tree.ts";
import { makeWorld } from "../../support/world.ts";

describe("the furthest archive of a series in a store", () => {
  it("is none that another host forged so that no other could follow it", async () => {
    const world = await makeWorld();
    const { store, put } = await makeStore(world);
    using records = openRecords({ env: {}, osHomeDir: freshDir() });
    const first = await put("1.ocbak", { at: "2026-02-01T03:00:00Z", series: firstOf("1") });
    const second = await put("2.ocbak", { at: "2026-02-02T03:00:00Z", series: following(first) });
    const forged = { ...following(second), sequence: Number.MAX_SAFE_INTEGER };
    await put("3.ocbak", { at: "2026-02-03T03:00:00Z", series: forged });
    const { host, profile, stateDir } = second.installation;
    const found = await furthestIn(store, { host, profile, stateDir }, { records, context: world.context() });
    expect(found).toMatchObject([{ archiveId: second.archiveId, sequence: 1 }]);
  });
});
