import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { initDirectoryStore, openDirectoryStore } from "../../src/store/directory-store.ts";
import { fileBytesMaxOf } from "../../src/store/file-limit.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { ownContext, startStoreProcess } from "../support/store-processes.ts";
import { freshDir, plant } from "../support/tree.ts";
import { namesIn } from "../support/world.ts";

const nobody = 65_534;
const marker = ".ocbak-store.json";

async function storeIn(path: string) {
  await initDirectoryStore(path, ownContext);
  return openDirectoryStore(path, ownContext);
}

describe("a store on a disk", () => {
  it("that is full keeps what it had, and nothing of what it has no room for", async (context) => {
    const path = mountSmallDisk(context, "1m");
    const store = await storeIn(path);
    const begin = async (): Promise<void> => {
      await using staged = await store.begin("a.ocbak");
      for (let mebibytes = 0; mebibytes < 2; mebibytes += 1) await staged.write(Buffer.alloc(2 ** 20));
      await staged.publish();
    };
    await expect(begin()).rejects.toMatchObject({ code: "no-space" });
    expect(namesIn(path)).toEqual([marker]);
    plant(path, { filler: Buffer.alloc((await store.freeBytes())!) });
    const note = { tags: ["x".repeat(8000)], pinned: true };
    await expect(
      store.changeNotes((notes) => ({ ...notes, archives: { ["a".repeat(30)]: note } })),
    ).rejects.toMatchObject({ code: "no-space" });
    expect(namesIn(path)).toEqual([marker, "filler"]);
    expect((await store.list()).archives).toEqual([]);
  });

  it("that is full can be pruned: it is locked without a byte, also where a killed run left its lock", async (context) => {
    const path = mountSmallDisk(context, "1m");
    const store = await storeIn(path);
    plant(path, { "a.ocbak": "1" });
    const left = await startStoreProcess({ path, act: "lock" });
    await left.kill();
    plant(path, { filler: Buffer.alloc((await store.freeBytes())!) });
    expect(await store.freeBytes()).toBe(0);
    for (const _again of [1, 2]) {
      await using _lock = await store.lock("prune");
      await expect(store.lock("tag")).rejects.toMatchObject({ code: "locked" });
    }
    expect(namesIn(path)).toEqual([marker, "a.ocbak", "filler"]);
    {
      await using _lock = await store.lock("prune");
      await store.remove((await store.stat("a.ocbak"))!);
    }
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });

  it("that is not mounted any more is no store, and one that went meanwhile holds nothing", async (context) => {
    const path = mountSmallDisk(context, "1m");
    const store = await storeIn(path);
    execFileSync("umount", ["-l", path]);
    await expect(openDirectoryStore(path, ownContext)).rejects.toMatchObject({ code: "not-a-store" });
    const acts = [
      () => store.list(),
      () => store.readNotes(),
      () => store.begin("a.ocbak"),
      () => store.lock("prune"),
      () => store.remove({ name: "a.ocbak", sizeBytes: 1, version: "1" }),
    ];
    for (const act of acts) await expect(act()).rejects.toMatchObject({ code: "not-a-store" });
    expect(namesIn(path)).toEqual([]);
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", path]);
  });

  it("that is mounted read-only is listed, and takes nothing", async (context) => {
    const path = mountSmallDisk(context, "1m");
    const store = await storeIn(path);
    plant(path, { "a.ocbak": "1" });
    execFileSync("mount", ["-o", "remount,ro", path]);
    const { archives } = await store.list();
    expect(archives).toHaveLength(1);
    const acts = [
      () => store.begin("b.ocbak"),
      () => store.lock("prune"),
      () => store.changeNotes((notes) => notes),
      () => store.remove(archives[0]!),
    ];
    for (const act of acts)
      await expect(act()).rejects.toMatchObject({
        code: "not-writable",
        hint: expect.stringContaining("read-only") as string,
      });
    expect(await store.breakLock(true)).toBeUndefined();
    expect(await store.removeLeftovers()).toEqual([]);
  });
});

describe.skipIf(!canBecomeNobody)("a store of which a user may", () => {
  it.each([
    ["do everything is used", 0o700, nobody, "done"],
    ["do nothing is refused", 0o700, 0, "not-writable"],
    ["read everything and write nothing is refused where it would be written to", 0o755, 0, "not-writable"],
  ])("%s", async (_what, mode, owner, said) => {
    const path = freshDir();
    await storeIn(path);
    chmodSync(path, mode);
    chownSync(path, owner, owner);
    expect(await startStoreProcess({ path, act: "everything", asUser: nobody })).toMatchObject({ said });
    expect(namesIn(path).filter((name) => name !== ".ocbak-notes.json")).toEqual([marker]);
  });
});

describe("a store with what others put there", () => {
  it("is listed with every name as it is; what is no UTF-8 is foreign", async () => {
    const path = freshDir();
    const store = await storeIn(path);
    const names = [
      "\n.ocbak",
      "-rf.ocbak",
      "a\u001b[2J.ocbak",
      "a\u202Excod.ocbak",
      "\u{1F980}.ocbak",
      "\uFFFD.ocbak",
    ];
    plant(path, Object.fromEntries(names.map((name) => [Buffer.from(name).toString("latin1"), "1"])));
    // Read as text, this would come back under the name of the last one above.
    plant(path, {
      "\u00ff.ocbak": "not ours",
      "\u00fe": "",
      "folder.ocbak/x": "",
      "link.ocbak": { to: "/etc/passwd" },
    });
    const { archives, foreign } = await store.list();
    expect(archives.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(archives.map(({ sizeBytes }) => sizeBytes)).toEqual(names.map(() => 1));
    expect(foreign).toBe(4);
    for (const archive of archives) await store.remove(archive);
    expect(readdirSync(path)).toHaveLength(5);
  });

  it.each([
    ["a FIFO", (path: string) => execFileSync("mkfifo", [path])],
    ["a folder", (path: string) => mkdirSync(path)],
    ["far too large", (path: string) => (writeFileSync(path, ""), truncateSync(path, 2 ** 40))],
  ])("refuses at once what is %s under a name of its own", async (_what, make) => {
    const path = freshDir();
    const store = await storeIn(path);
    const use = {
      ".ocbak-notes.json": () => store.readNotes(),
      ".ocbak-store.lock": () => store.lock("prune"),
      [marker]: () => openDirectoryStore(path, ownContext),
    };
    for (const [name, act] of Object.entries(use)) {
      rmSync(join(path, name), { force: true });
      make(join(path, name));
      await expect(act()).rejects.toMatchObject({
        code: "damaged-store",
        message: expect.stringContaining(name) as string,
      });
    }
  });

  it("does not count what ocbak has there itself", async () => {
    const path = freshDir();
    const store = await storeIn(path);
    await store.changeNotes((notes) => notes);
    await using _lock = await store.lock("prune");
    await using _staged = await store.begin("a.ocbak");
    expect(await store.list()).toEqual({ archives: [], foreign: 0 });
  });

  it("lists each archive once while others come and go", async () => {
    const path = freshDir();
    const store = await storeIn(path);
    plant(path, Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}.ocbak`, "1"])));
    const [first] = (await store.list()).archives;
    const [listing] = await Promise.all([store.list(), store.remove(first!)]);
    expect(new Set(listing.archives.map(({ name }) => name)).size).toBe(listing.archives.length);
    expect(listing.archives.length).toBeGreaterThanOrEqual(99);
  });
});

describe("the identity of a store", () => {
  it("is one, also where several make it at the same moment", async () => {
    const path = join(freshDir(), "new");
    const all = await Promise.all(Array.from({ length: 10 }, () => initDirectoryStore(path, ownContext)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(namesIn(path)).toEqual([marker]);
  });
});

describe("the largest file", () => {
  it.each([
    ["FAT", 0x4d44, 2 ** 32 - 1],
    ["exFAT", 0x2011bab0, null],
    ["ext4", 0xef53, null],
    ["NFS", 0x6969, null],
  ])("that %s takes", (_what, type, most) => {
    expect(fileBytesMaxOf({ type })).toBe(most);
  });
});
