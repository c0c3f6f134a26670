import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRecordsToRead } from "../../src/records/database.ts";
import { DrillRecords } from "../../src/records/drill-records.ts";
import { noise } from "../support/installation.ts";
import { installation, record, recordsIn } from "../support/recorded-runs.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn } from "../support/world.ts";

/** An archive of a small installation, of which runs are recorded or not. */
async function backedUp() {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw/big.bin": noise(300_000) });
  await world.ocbak(["create", "-o", world.archives]);
  const archive = join(world.archives, namesIn(world.archives)[0]!);
  const key = installation({ stateDir: join(world.home, ".openclaw") });
  const { env } = world.context();
  const records = recordsIn(world.home, env);
  const latest = () => new DrillRecords(records).latest(key);
  return { ...world, archive, key, records, latest, env };
}

describe("ocbak drill", () => {
  it("is recorded where runs of the installation are, whether it went well or not", async () => {
    const { ocbak, archive, key, records, latest } = await backedUp();
    record(records, [{ hoursAgo: 1, outcome: "done" }], key);
    expect((await ocbak(["drill", archive])).status).toBe(0);
    expect(latest()).toMatchObject({ ok: true, reason: null });
    const bytes = readFileSync(archive);
    // Amid the content: what says whose archive it is stays readable.
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 64);
    writeFileSync(archive, bytes);
    expect((await ocbak(["drill", archive])).status).toBe(20);
    expect(latest()).toMatchObject({ ok: false, reason: expect.any(String) });
    const { out, status } = await ocbak(["status", "--json"], { uid: 1000 });
    const [shown] = (JSON.parse(out) as { installations: { problems: unknown[] }[] }).installations;
    expect([status, shown!.problems]).toEqual([5, [{ code: "drill-failed", store: null }]]);
  });

  it("is not recorded as a failure where only the key was missing", async () => {
    const { ocbak, archive, key, records, latest } = await backedUp();
    record(records, [{ hoursAgo: 1, outcome: "done" }], key);
    expect((await ocbak(["drill", archive], { keyless: true })).status).toBe(12);
    expect(latest()).toBeNull();
  });

  it("leaves no record on a machine that knows nothing of the installation", async () => {
    const { ocbak, archive, latest, env, home } = await backedUp();
    expect((await ocbak(["drill", archive])).status).toBe(0);
    expect(latest()).toBeNull();
    const elsewhere = { XDG_STATE_HOME: join(home, "nothing") };
    expect((await ocbak(["drill", archive], { env: elsewhere })).status).toBe(0);
    expect(openRecordsToRead({ env: { ...env, ...elsewhere }, osHomeDir: home })).toBeUndefined();
  });
});
