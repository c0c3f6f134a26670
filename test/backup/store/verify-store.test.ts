import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyStore, type StoreVerifyOptions } from "../../../src/backup/store/verify-store.ts";
import type { StoreVerifyReport } from "../../../src/backup/store/verify-store-report.ts";
import { generateIdentity } from "../../../src/format/seal/identities.ts";
import { openRecords } from "../../../src/records/database.ts";
import { VerdictRecords, type VerdictRecord } from "../../../src/records/verdict-records.ts";
import type { ArchiveStore } from "../../../src/store/archive-store.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { writeTestArchive } from "../../support/archives.ts";
import { makeStore, replacing, type TestStore } from "../../support/stores.ts";
import { makeWorld, type World } from "../../support/world.ts";

const dayMs = 86_400_000;
const made = Date.parse("2026-01-01T00:00:00Z");
const keyless = { keys: { identities: [] } };

interface Stored extends TestStore {
  readonly world: World;
}

/** Archives 1.ocbak … made one a day. */
async function storeOf(count: number): Promise<Stored> {
  const world = await makeWorld();
  const stored = await makeStore(world);
  for (let day = 0; day < count; day++) await stored.put(`${day + 1}.ocbak`, { at: isoOf(day) });
  return { ...stored, world };
}

function isoOf(day: number): string {
  return new Date(made + day * dayMs).toISOString().replace(".000Z", "Z");
}

/** Verifies on a day, counted from the first archive's. */
async function verifyOn(
  day: number,
  { store, world }: { readonly store: ArchiveStore; readonly world: World },
  options: Partial<StoreVerifyOptions> = {},
): Promise<StoreVerifyReport> {
  const context = world.context({ now: () => new Date(made + day * dayMs) });
  using records = openRecords(context);
  return await verifyStore({ store, records }, { ...keyless, ...options }, context);
}

function verdictsIn({ store, world }: Stored): VerdictRecord[] {
  using records = openRecords(world.context());
  return new VerdictRecords(records).of(store.id);
}

function namesOf({ read }: StoreVerifyReport): string[] {
  return read.map(({ name }) => name);
}

function damage(path: string, name: string): void {
  const bytes = readFileSync(join(path, name));
  // In the sealed section: only who reads all of it notices.
  const offset = bytes.indexOf("age-encryption.org") + 500;
  bytes[offset] = bytes[offset]! ^ 1;
  writeFileSync(join(path, name), bytes);
}

describe("verify of a store", () => {
  it("reads every archive and writes down what it found", async () => {
    const stored = await storeOf(2);
    const report = await verifyOn(5, stored);
    expect(report.read).toMatchObject([
      { name: "1.ocbak", verdict: "intact", level: "intact", reason: null },
      { name: "2.ocbak", verdict: "intact", level: "intact", reason: null },
    ]);
    expect(report).toMatchObject({ archives: 2, knownBad: [], neverRead: 0, oldestReadAt: null });
    const verdicts = verdictsIn(stored);
    expect(new Set(verdicts.map(({ archiveId }) => archiveId))).toEqual(
      new Set(report.read.map(({ archiveId }) => archiveId)),
    );
    for (const one of verdicts)
      expect(one).toMatchObject({ verdict: "intact", at: new Date(made + 5 * dayMs).toISOString() });
  });

  it("goes on behind one that is damaged, and tells of that one the next day, too", async () => {
    const stored = await storeOf(3);
    damage(stored.path, "2.ocbak");
    const first = await verifyOn(5, stored);
    expect(first.read.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["1.ocbak", "intact"],
      ["2.ocbak", "damaged"],
      ["3.ocbak", "intact"],
    ]);
    const next = await verifyOn(6, stored, { subset: { withinMs: 30 * dayMs } });
    expect(next.read).toEqual([]);
    expect(next.knownBad).toMatchObject([
      { name: "2.ocbak", verdict: "damaged", at: new Date(made + 5 * dayMs).toISOString() },
    ]);
  });

  it("tells of a file that is named like an archive and is none, whatever part is read", async () => {
    const stored = await storeOf(1);
    writeFileSync(join(stored.path, "text.ocbak"), "no archive");
    const none = { subset: { withinMs: 30 * dayMs } };
    await verifyOn(0, stored);
    const { read, knownBad } = await verifyOn(1, stored, none);
    expect([read, knownBad]).toMatchObject([
      [],
      [{ name: "text.ocbak", verdict: "not-an-archive", archiveId: null }],
    ]);
  });

  it("reads all of it in groups, each archive in one", async () => {
    const stored = await storeOf(6);
    const read: string[] = [];
    for (const group of [1, 2, 3])
      read.push(...namesOf(await verifyOn(9, stored, { subset: { group, groups: 3 } })));
    expect(read.toSorted()).toEqual(["1.ocbak", "2.ocbak", "3.ocbak", "4.ocbak", "5.ocbak", "6.ocbak"]);
    const report = await verifyOn(9, stored, { subset: { group: 1, groups: 3 } });
    expect(report).toMatchObject({ neverRead: 0, oldestReadAt: new Date(made + 9 * dayMs).toISOString() });
  });

  it("reads what is due within a time: first what was never read and is old, and again only when it is due again", async () => {
    const stored = await storeOf(10);
    const subset = { withinMs: 20 * dayMs };
    expect(namesOf(await verifyOn(22, stored, { subset }))).toContain("1.ocbak");
    const unread = 10 - verdictsIn(stored).length;
    expect(await verifyOn(22, stored, { subset })).toMatchObject({ read: [], neverRead: unread });
    for (let day = 23; day <= 42; day++) await verifyOn(day, stored, { subset });
    expect(verdictsIn(stored)).toHaveLength(10);
  });

  it("reads again what was replaced by other bytes since", async () => {
    const stored = await storeOf(1);
    await verifyOn(0, stored);
    damage(stored.path, "1.ocbak");
    const report = await verifyOn(40, stored, { subset: { withinMs: 30 * dayMs } });
    expect(report.read).toMatchObject([{ name: "1.ocbak", verdict: "damaged" }]);
  });

  it("proves archives of others as far as it can without their key, and says so", async () => {
    const stored = await storeOf(1);
    const { identity, recipient } = await generateIdentity("x25519");
    const { bytes } = await writeTestArchive({
      plain: { "workspace.main": { directory: true } },
      sealed: { state: { directory: true } },
      sealing: { recipients: [recipient] },
    });
    writeFileSync(join(stored.path, "mine.ocbak"), bytes);
    const keys = { identities: [identity] };
    const levels = async (options: Partial<StoreVerifyOptions>): Promise<unknown> =>
      (await verifyOn(5, stored, { keys, ...options })).read.map(({ name, level, verdict }) => [
        name,
        level,
        verdict,
      ]);
    expect(await levels({})).toEqual([
      ["1.ocbak", "intact", "intact"],
      ["mine.ocbak", "full", "full"],
    ]);
    expect(await levels({ level: "full" })).toEqual([
      ["1.ocbak", "full", "no-key"],
      ["mine.ocbak", "full", "full"],
    ]);
  });

  it("does not write down as bad what is only not signed by whom the caller trusts", async () => {
    const stored = await storeOf(1);
    const report = await verifyOn(1, stored, { requireSignature: true, trustedSigners: [] });
    expect(report.read).toMatchObject([{ verdict: "unbound" }]);
    expect(verdictsIn(stored)).toEqual([]);
  });

  it("tells what the store cannot give, which is no verdict on the archive, and passes over what is gone", async () => {
    const stored = await storeOf(3);
    let opened = 0;
    const failing = replacing(stored.store, {
      open(name) {
        opened += 1;
        // The first three are the looks at all of them.
        if (opened > 3 && name === "1.ocbak")
          return Promise.reject(new StoreError("io", "reading 1.ocbak failed: EIO"));
        if (opened > 3 && name === "2.ocbak") rmSync(join(stored.path, name));
        return stored.store.open(name);
      },
    });
    const { read } = await verifyOn(1, { store: failing, world: stored.world });
    expect(read.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["1.ocbak", "unreadable"],
      ["3.ocbak", "intact"],
    ]);
    expect(verdictsIn(stored)).toHaveLength(1);
  });

  it("fails where its disk goes while it is read: what is gone then was not removed by anybody", async () => {
    const stored = await storeOf(3);
    let opened = 0;
    const unmounting = replacing(stored.store, {
      open(name) {
        opened += 1;
        if (opened === 4) rmSync(stored.path, { recursive: true });
        if (opened === 4) mkdirSync(stored.path);
        return stored.store.open(name);
      },
    });
    await expect(verifyOn(1, { store: unmounting, world: stored.world })).rejects.toMatchObject({
      code: "not-a-store",
    });
  });

  it("keeps what was found until it is told to stop", async () => {
    const stored = await storeOf(3);
    const abort = new AbortController();
    const stopping = replacing(stored.store, {
      async open(name) {
        if (name === "2.ocbak" && verdictsIn(stored).length === 1) abort.abort(new Error("stop"));
        return stored.store.open(name);
      },
    });
    const context = stored.world.context({ signal: abort.signal });
    using records = openRecords(context);
    await expect(verifyStore({ store: stopping, records }, keyless, context)).rejects.toThrow("stop");
    expect(verdictsIn(stored)).toHaveLength(1);
  });
});
