import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  initDirectoryStore,
  openDirectoryStore,
  type StoreContext,
} from "../../src/store/directory-store.ts";
import { namesIn } from "../support/world.ts";

const context: StoreContext = {
  now: () => new Date("2026-03-04T05:06:07Z"),
  processes: { host: "testhost", pid: process.pid, isRunning: () => true },
};

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "ocbak-store-")));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function store(files: Readonly<Record<string, string>> = {}) {
  const path = folder();
  await initDirectoryStore(path, context);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, store: await openDirectoryStore(path, context) };
}

describe("a folder", () => {
  it("is no store before it was made one: an unmounted disk is not an empty store", async () => {
    await expect(openDirectoryStore(folder(), context)).rejects.toMatchObject({
      code: "not-a-store",
      hint: expect.stringMatching(/mounted.*ocbak init/),
    });
  });

  it("that is not there is not found", async () => {
    await expect(openDirectoryStore(join(folder(), "gone"), context)).rejects.toMatchObject({
      code: "not-found",
      hint: expect.stringMatching(/mounted.*ocbak init \S+gone/),
    });
  });

  it("is made a store with what lies in it, once", async () => {
    const path = folder();
    writeFileSync(join(path, "a.ocbak"), "x");
    const first = await initDirectoryStore(path, context);
    expect(first.isNew).toBe(true);
    expect(await initDirectoryStore(path, context)).toEqual({ ...first, isNew: false });
    expect((await openDirectoryStore(path, context)).id).toBe(first.id);
    expect(namesIn(path)).toEqual([".ocbak-store.json", "a.ocbak"]);
  });

  it("is made where only itself is missing", async () => {
    const path = join(folder(), "new");
    await initDirectoryStore(path, context);
    expect(namesIn(path)).toEqual([".ocbak-store.json"]);
    const deep = join(folder(), "a/b");
    await expect(initDirectoryStore(deep, context)).rejects.toMatchObject({ code: "not-found" });
  });

  it.each([
    ["of a newer ocbak", '{"format":2}', "newer-store"],
    ["that is damaged", "{", "damaged-store"],
    ["of something else", '{"format":1}', "damaged-store"],
  ])("with a marker %s is refused and left alone", async (_what, text, code) => {
    const path = folder();
    writeFileSync(join(path, ".ocbak-store.json"), text);
    await expect(openDirectoryStore(path, context)).rejects.toMatchObject({ code });
    await expect(initDirectoryStore(path, context)).rejects.toMatchObject({ code });
    expect(readFileSync(join(path, ".ocbak-store.json"), "utf8")).toBe(text);
  });
});

describe("a store", () => {
  it("lists archives by name, and counts what is foreign", async () => {
    const one = await store({ "b.ocbak": "22", "a.ocbak": "1", "notes.txt": "", ".hidden.ocbak": "" });
    mkdirSync(join(one.path, "folder.ocbak"));
    symlinkSync("a.ocbak", join(one.path, "link.ocbak"));
    const { archives, foreign } = await one.store.list();
    expect(archives.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ["a.ocbak", 1],
      ["b.ocbak", 2],
    ]);
    expect(foreign).toBe(4);
  });

  it("takes an archive under its name only when it is published, and never over another", async () => {
    const { path, store: one } = await store({ "a.ocbak": "1" });
    {
      await using staged = await one.begin("b.ocbak");
      await staged.write(Buffer.from("new"));
      expect(await one.stat("b.ocbak")).toBeNull();
      await staged.publish();
    }
    expect(readFileSync(join(path, "b.ocbak"), "utf8")).toBe("new");
    await using again = await one.begin("a.ocbak");
    await expect(again.publish()).rejects.toMatchObject({ code: "exists" });
    expect(readFileSync(join(path, "a.ocbak"), "utf8")).toBe("1");
  });

  it("refuses beforehand what it has no room for", async () => {
    const { store: one } = await store();
    await expect(one.begin("a.ocbak", { expectedBytes: 2 ** 60 })).rejects.toMatchObject({
      code: "no-space",
    });
  });

  it("removes only what it listed", async () => {
    const { path, store: one } = await store({ "a.ocbak": "1", "b.ocbak": "1" });
    const [a, b] = (await one.list()).archives;
    writeFileSync(join(path, "b.ocbak"), "another");
    await one.remove(a!);
    await expect(one.remove(b!)).rejects.toMatchObject({ code: "changed" });
    await expect(one.remove(a!)).rejects.toMatchObject({ code: "not-found" });
    expect(namesIn(path)).toEqual([".ocbak-store.json", "b.ocbak"]);
  });

  it.each(["../a.ocbak", ".a.ocbak", "a", "x/a.ocbak", ""])("has no archive of the name %j", async (name) => {
    const { store: one } = await store();
    await expect(one.stat(name)).rejects.toMatchObject({ code: "not-found" });
    await expect(one.begin(name).then((staged) => staged[Symbol.asyncDispose]())).rejects.toMatchObject({
      name: "StoreError",
    });
  });

  it("keeps tags and pins beside the archives", async () => {
    const { store: one } = await store();
    const note = { tags: ["t"], pinned: true };
    await one.changeNotes((notes) => ({ ...notes, archives: { ...notes.archives, ["a".repeat(30)]: note } }));
    expect((await one.readNotes()).archives).toEqual({ ["a".repeat(30)]: note });
  });

  it("loses no tag of several that change them at the same moment", async () => {
    const { store: one } = await store();
    const ids = ["a", "b", "c", "d"].map((digit) => digit.repeat(30));
    const note = { tags: ["t"], pinned: false };
    await Promise.all(
      ids.map((id) =>
        one.changeNotes((notes) => ({ ...notes, archives: { ...notes.archives, [id]: note } })),
      ),
    );
    expect(Object.keys((await one.readNotes()).archives).toSorted()).toEqual(ids);
  });

  it("does not lose tags and pins that cannot be read", async () => {
    const { path, store: one } = await store();
    writeFileSync(join(path, ".ocbak-notes.json"), "{");
    await expect(one.readNotes()).rejects.toMatchObject({ code: "damaged-store" });
    await expect(one.changeNotes((notes) => notes)).rejects.toMatchObject({ code: "damaged-store" });
    expect(readFileSync(join(path, ".ocbak-notes.json"), "utf8")).toBe("{");
  });
});
