import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArchiveId } from "../../src/format/schema.ts";
import { writeTestArchive } from "../support/archives.ts";
import { differences, documentedShape } from "../support/documented-shape.ts";
import { makeStore, type TestStore } from "../support/stores.ts";
import { makeWorld, type Ran, type World } from "../support/world.ts";

interface Stored extends TestStore {
  readonly world: World;
  /** Ids of a.ocbak, b.ocbak, c.ocbak. */
  readonly ids: readonly string[];
  readonly ocbak: (...argv: string[]) => Promise<Ran>;
}

/** Three archives; a.ocbak had the tag `nightly` when it was made. */
async function threeArchives(): Promise<Stored> {
  const world = await makeWorld();
  const stored = await makeStore(world);
  const ids: string[] = [];
  for (const [index, name] of ["a", "b", "c"].entries())
    ids.push(
      (
        await stored.put(`${name}.ocbak`, {
          at: `2026-02-0${index + 1}T03:00:00Z`,
          ...(index === 0 && { tags: ["nightly"] }),
        })
      ).archiveId,
    );
  return { ...stored, world, ids, ocbak: (...argv) => world.ocbak(argv) };
}

function notesOf({ path }: TestStore): unknown {
  return JSON.parse(readFileSync(join(path, ".ocbak-notes.json"), "utf8"));
}

describe("ocbak tag", () => {
  it("adds and takes away tags of archives, by name or id, and tells what they have", async () => {
    const stored = await threeArchives();
    const { path, ids, ocbak } = stored;
    const added = await ocbak("tag", path, "a.ocbak", ids[1]!, "--add", "good", "--add", "first");
    expect([added.status, added.err]).toEqual([0, ""]);
    expect(added.out).toBe("a.ocbak: tags: nightly, good, first\nb.ocbak: tags: good, first\n");
    expect((await ocbak("tag", path, ids[0]!.slice(0, 12), "--remove", "good")).out).toBe(
      "a.ocbak: tags: nightly, first\n",
    );
    expect((await ocbak("tag", path, "c.ocbak", "b.ocbak")).out).toBe(
      "c.ocbak: neither tags nor pin\nb.ocbak: tags: good, first\n",
    );
    const { out } = await ocbak("archives", path, "--keep-last", "1", "--keep-tag", "first", "--json");
    expect(out).toContain('"keptBy":["tags first"]');
  });

  it("changes nothing where it is so already, and forgets archives of which nothing is noted any more", async () => {
    const stored = await threeArchives();
    const changed = async (...argv: string[]): Promise<unknown> =>
      JSON.parse((await stored.ocbak("tag", stored.path, "a.ocbak", "--json", ...argv)).out).archives[0]
        .changed;
    expect(await changed("--add", "x")).toBe(true);
    expect(await changed("--add", "x")).toBe(false);
    expect(await changed("--add", "nightly")).toBe(false);
    expect(await changed("--remove", "x")).toBe(true);
    expect(await changed("--remove", "x")).toBe(false);
    expect(notesOf(stored)).toEqual({ format: 1, archives: {} });
  });

  it.each([
    ["an archive that is not there", ["d.ocbak", "--add", "x"], 10],
    ["a path", ["../store/a.ocbak", "--add", "x"], 10],
    ["an id of which too little is given", ["abc", "--add", "x"], 10],
    ["a file that is no archive", ["text.ocbak", "--add", "x"], 10],
    ["a tag with a comma, which means two", ["a.ocbak", "--add", "x,y"], 2],
    ["a tag that hides", ["a.ocbak", "--add", "x\u001b[8m"], 2],
    ["no tag", ["a.ocbak", "--add", ""], 2],
    ["to take away what was written into an archive", ["b.ocbak", "a.ocbak", "--remove", "nightly"], 26],
  ])("refuses %s, and changes nothing", async (_what, argv, status) => {
    const stored = await threeArchives();
    writeFileSync(join(stored.path, "text.ocbak"), "no archive");
    await stored.ocbak("tag", stored.path, "b.ocbak", "--add", "x");
    const before = notesOf(stored);
    const ran = await stored.ocbak("tag", stored.path, ...argv);
    expect(ran.status).toBe(status);
    expect(ran.err).toMatch(/error: .*\n.*hint: /);
    expect(notesOf(stored)).toEqual(before);
  });

  it("refuses the beginning of an id that two archives have, and says how they go on", async () => {
    const { path, world, ocbak } = await threeArchives();
    const alike = ["a", "b"].map((digit) => ArchiveId.parse(`123456${digit.repeat(24)}`));
    for (const archiveId of alike) {
      const { bytes } = await writeTestArchive({
        plain: { "workspace.main": { directory: true } },
        sealed: { state: { directory: true } },
        sealing: { recipients: [world.recipient] },
        manifest: { archiveId },
      });
      writeFileSync(join(path, `${archiveId}.ocbak`), bytes);
    }
    const { status, err } = await ocbak("pin", path, "123456");
    expect(status).toBe(2);
    for (const archiveId of alike) expect(err).toContain(archiveId);
    expect((await ocbak("pin", path, "123456b")).out).toMatch(/^123456b+\.ocbak: pinned/);
  });

  it("loses none of those that many add at once", async () => {
    const { path, ocbak } = await threeArchives();
    const tags = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const ran = await Promise.all(tags.map((tag) => ocbak("tag", path, "b.ocbak", "--add", tag)));
    expect(ran.map(({ status }) => status)).toEqual(tags.map(() => 0));
    const { archives } = JSON.parse((await ocbak("tag", path, "b.ocbak", "--json")).out);
    expect(new Set(archives[0].tags)).toEqual(new Set(tags));
  });

  it("does not write over notes that are damaged", async () => {
    const stored = await threeArchives();
    await stored.ocbak("pin", stored.path, "a.ocbak");
    truncateSync(join(stored.path, ".ocbak-notes.json"), 20);
    for (const argv of [
      ["pin", stored.path, "b.ocbak"],
      ["tag", stored.path, "b.ocbak"],
      ["prune", stored.path, "--keep-last", "1"],
    ]) {
      const { status, err } = await stored.ocbak(...argv);
      expect(status).toBe(20);
      expect(err).toContain("tags and pins");
    }
    expect(readFileSync(join(stored.path, ".ocbak-notes.json"))).toHaveLength(20);
  });
});

describe("ocbak pin", () => {
  it("keeps an archive from being pruned until it is unpinned", async () => {
    const { path, ocbak } = await threeArchives();
    const pinned = await ocbak("pin", path, "a.ocbak");
    expect(pinned).toMatchObject({ status: 0, out: "a.ocbak: pinned: never pruned; tags: nightly\n" });
    const pruned = async (): Promise<unknown> =>
      JSON.parse((await ocbak("prune", path, "--keep-last", "1", "--json")).out).stores[0].report.removed
        .archives;
    expect(await pruned()).toBe(1);
    await ocbak("unpin", path, "a.ocbak");
    expect(await pruned()).toBe(1);
  });

  it.each(["tag", "pin", "unpin"])("gives the JSON that docs/cli.md promises, as %s", async (command) => {
    const { path, ocbak } = await threeArchives();
    const { out } = await ocbak(command, path, "a.ocbak", "--json");
    expect(differences(JSON.parse(out), documentedShape(command))).toEqual([]);
  });
});
