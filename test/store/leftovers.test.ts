import { symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ArchiveStore } from "../../src/store/archive-store.ts";
import {
  initDirectoryStore,
  openDirectoryStore,
  type StoreContext,
} from "../../src/store/directory-store.ts";
import { ownContext, startStoreProcess } from "../support/store-processes.ts";
import { freshDir } from "../support/tree.ts";
import { namesIn } from "../support/world.ts";

const hour = 3600;
const marker = ".ocbak-store.json";

async function freshStore(
  context: StoreContext = ownContext,
): Promise<{ path: string; store: ArchiveStore }> {
  const path = freshDir();
  await initDirectoryStore(path, context);
  return { path, store: await openDirectoryStore(path, context) };
}

function age(path: string, seconds: number): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(path, at, at);
}

/** A partial file of a process that was killed. */
async function killedAmid(path: string): Promise<string> {
  const writer = await startStoreProcess({ path, act: "begin" });
  await writer.kill();
  return namesIn(path).find((name) => name.endsWith(".partial"))!;
}

describe("what killed runs left in a store", () => {
  it("is told, and goes an hour after its last write where its process is dead", async () => {
    const { path, store } = await freshStore();
    const name = await killedAmid(path);
    expect(await store.leftovers()).toMatchObject([{ name, sizeBytes: 100_000, isAbandoned: false }]);
    expect(await store.removeLeftovers()).toEqual([]);
    age(join(path, name), 2 * hour);
    expect(await store.removeLeftovers()).toMatchObject([{ name, sizeBytes: 100_000 }]);
    expect(namesIn(path)).toEqual([marker]);
  });

  it("stays while its process runs, however long it writes nothing", async () => {
    const { path, store } = await freshStore();
    await using staged = await store.begin("a.ocbak");
    await staged.write(Buffer.from("x"));
    const [name] = namesIn(path);
    age(join(path, name!), 1000 * hour);
    expect(await store.removeLeftovers()).toEqual([]);
    await staged.publish();
    expect(namesIn(path)).toEqual([marker, "a.ocbak"]);
  });

  it.each([
    ["of which nobody can tell who writes it", ".a.ocbak.0123456789ab.partial"],
    ["of an archive with a line end in its name", ".a\n.ocbak.0123456789ab.partial"],
    ["of another host", ".a.ocbak.0123456789ab-00000000-00000000-1-1.partial"],
    ["of the file of tags", ".ocbak-notes.json.0123456789ab.tmp"],
    ["of a lock", ".ocbak-store.lock.0123456789ab.claim"],
    ["of a claim on a lock", ".ocbak-store.lock.0123456789ab.claim.ba9876543210.tmp"],
  ])("%s goes a week after its last write", async (_what, name) => {
    const { path, store } = await freshStore();
    writeFileSync(join(path, name), "x");
    age(join(path, name), 160 * hour);
    expect(await store.removeLeftovers()).toEqual([]);
    age(join(path, name), 170 * hour);
    expect(await store.removeLeftovers()).toMatchObject([{ name }]);
    expect(namesIn(path)).toEqual([marker]);
  });

  it("is not made old by a clock that is ahead", async () => {
    const year = 366 * 24 * hour * 1000;
    const { path, store } = await freshStore({ ...ownContext, now: () => new Date(Date.now() + year) });
    const name = await killedAmid(path);
    expect(await store.removeLeftovers()).toEqual([]);
    expect(namesIn(path)).toContain(name);
  });

  it("is nothing that others named or made", async () => {
    const { path, store } = await freshStore();
    const names = ["a.partial", ".a.partial", ".a.ocbak.0123456789.partial", ".x.0123456789ab.tmp", "a.tmp"];
    for (const name of names) {
      writeFileSync(join(path, name), "x");
      age(join(path, name), 10_000 * hour);
    }
    symlinkSync("/etc/hostname", join(path, ".link.ocbak.0123456789ab.partial"));
    expect(await store.removeLeftovers()).toEqual([]);
    expect((await store.list()).foreign).toBe(names.length);
  });
});
