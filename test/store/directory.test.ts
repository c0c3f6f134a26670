import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createStaged, openArchiveFile, spool } from "../../src/store/directory.ts";
import { StagedFile } from "../../src/store/staged-file.ts";
import { canBecomeNobody, runAsNobody } from "../support/nobody.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { freshDir, plant } from "../support/tree.ts";

/** Gives a file so many names that link(2) fails as on a file system without hard links. */
function useUpLinks(file: string, dir: string): boolean {
  mkdirSync(dir);
  try {
    for (let count = 0; count < 65_010; count += 1) linkSync(file, join(dir, String(count)));
    return false;
  } catch {
    return true;
  }
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("x");
  throw new TypeError("broken");
}

describe("opening an archive", () => {
  test("any range of it can be read, and the bytes belong to the caller", async () => {
    const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
    await using source = await openArchiveFile(join(plant(freshDir(), { "a.ocbak": content }), "a.ocbak"));
    const first = await source.read(0, 1000);
    const second = await source.read(990, 10);
    expect([source.sizeBytes, first, second]).toEqual([1000, content, content.subarray(990)]);
    expect(first.buffer).not.toBe(second.buffer);
  });

  test.each([
    ["is not there", "none", "not-found"],
    ["is a directory", "dir", "not-a-file"],
    ["is a FIFO", "fifo", "not-a-file"],
    ["lies below a file", "file/a.ocbak", "not-found"],
  ])("a path that %s is refused with a hint", async (_what, name, code) => {
    const dir = plant(freshDir(), { dir: { dir: true }, file: "x" });
    execFileSync("mkfifo", [join(dir, "fifo")]);
    await expect(openArchiveFile(join(dir, name))).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  test.runIf(canBecomeNobody)("an archive of somebody else is refused with a hint", () => {
    const file = join(plant(freshDir(), { "a.ocbak": { text: "x", mode: 0o600 } }), "a.ocbak");
    chmodSync(join(file, ".."), 0o755);
    const path = new URL("../../src/store/directory.ts", import.meta.url).pathname;
    const output = runAsNobody(
      `import { openArchiveFile } from ${JSON.stringify(path)};
      await openArchiveFile(process.argv[1]).catch((error) => console.log(error.code, error.hint !== undefined));`,
      file,
    );
    expect(output.trim()).toBe("io true");
  });

  test("a file that gets shorter while it is open is an error, not zeros", async () => {
    const file = join(plant(freshDir(), { "a.ocbak": "0123456789" }), "a.ocbak");
    await using source = await openArchiveFile(file);
    truncateSync(file, 5);
    await expect(source.read(0, 10)).rejects.toMatchObject({ code: "io" });
  });

  test.each([
    [-1, 1],
    [0, 11],
    [11, 0],
    [0.5, 1],
  ])("reading outside of it (%d, %d) is a mistake of the caller", async (offset, length) => {
    await using source = await openArchiveFile(join(plant(freshDir(), { a: "0123456789" }), "a"));
    await expect(source.read(offset, length)).rejects.toThrow(RangeError);
  });
});

describe("writing an archive", () => {
  test("it appears whole under its name when it is published, readable to its owner alone", async () => {
    const dir = freshDir();
    await using staged = await createStaged(dir, "a.ocbak");
    await staged.write(Buffer.from("hello "));
    await staged.write(Buffer.from("world"));
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/^\.a\.ocbak\.[0-9a-f]{12}\.partial$/)]);
    await staged.publish();
    expect(readdirSync(dir)).toEqual(["a.ocbak"]);
    expect(readFileSync(join(dir, "a.ocbak"), "utf8")).toBe("hello world");
    expect(statSync(join(dir, "a.ocbak")).mode & 0o777).toBe(0o600);
  });

  test("what was written so far can be read before it is published", async () => {
    await using staged = await createStaged(freshDir(), "a.ocbak");
    await staged.write(Buffer.from("hello world"));
    const source = await staged.source();
    expect([source.sizeBytes, String(await source.read(6, 5))]).toEqual([11, "world"]);
  });

  test("a name that is taken meanwhile is never overwritten, and nothing of ours stays", async () => {
    const dir = freshDir();
    {
      await using staged = await createStaged(dir, "a.ocbak");
      await staged.write(Buffer.from("new"));
      writeFileSync(join(dir, "a.ocbak"), "theirs");
      await expect(staged.publish()).rejects.toMatchObject({ code: "exists" });
    }
    expect([readdirSync(dir), readFileSync(join(dir, "a.ocbak"), "utf8")]).toEqual([["a.ocbak"], "theirs"]);
  });

  test("without publishing nothing stays", async () => {
    const dir = freshDir();
    {
      await using staged = await createStaged(dir, "a.ocbak");
      await staged.write(Buffer.from("half"));
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  test("a file that somebody else put in the partial one's place is not removed", async () => {
    const dir = freshDir();
    {
      await using _staged = await createStaged(dir, "a.ocbak");
      const [partial] = readdirSync(dir);
      rmSync(join(dir, partial!));
      writeFileSync(join(dir, partial!), "theirs");
    }
    expect(readdirSync(dir)).toHaveLength(1);
  });

  test("where hard links do not work it is renamed, still without overwriting", async (context) => {
    const dir = freshDir();
    await using staged = await createStaged(dir, "a.ocbak");
    await staged.write(Buffer.from("x"));
    if (!useUpLinks(join(dir, readdirSync(dir)[0]!), join(dir, "links"))) {
      context.skip("this file system gives a file more than 65,000 names");
    }
    writeFileSync(join(dir, "a.ocbak"), "theirs");
    await expect(staged.publish()).rejects.toMatchObject({ code: "exists" });
    renameSync(join(dir, "a.ocbak"), join(dir, "b.ocbak"));
    await staged.publish();
    expect(readFileSync(join(dir, "a.ocbak"), "utf8")).toBe("x");
    expect(readdirSync(dir).sort()).toEqual(["a.ocbak", "b.ocbak", "links"]);
  });

  test.each([
    ["a missing directory", "none", "a.ocbak", "not-found"],
    ["a file as directory", "file", "a.ocbak", "not-found"],
    ["a name with a slash", ".", "a/b.ocbak", "io"],
    ["the name ..", ".", "..", "io"],
  ])("%s is refused", async (_what, below, name, code) => {
    const dir = plant(freshDir(), { file: "x" });
    await expect(createStaged(join(dir, below), name)).rejects.toMatchObject({ code });
  });

  test("a name of 255 bytes works", async () => {
    const dir = freshDir();
    const name = `${"n".repeat(249)}.ocbak`;
    await using staged = await createStaged(dir, name);
    await staged.publish();
    expect(readdirSync(dir)).toEqual([name]);
  });

  test("a full disk is said to be full, and the partial file goes", async (context) => {
    const disk = mountSmallDisk(context, "1m");
    const writing = async () => {
      await using staged = await createStaged(disk, "a.ocbak");
      for (;;) await staged.write(Buffer.alloc(300_000, 1));
    };
    await expect(writing()).rejects.toMatchObject({ code: "no-space", hint: expect.any(String) });
    expect(readdirSync(disk)).toEqual([]);
  });

  test("killed at any moment it leaves a partial file at most, or all of it under its name", async () => {
    const path = new URL("../../src/store/directory.ts", import.meta.url).pathname;
    const program = `
      import { createStaged } from ${JSON.stringify(path)};
      for (let round = 0; ; round += 1) {
        await using staged = await createStaged(process.argv[1], round + ".ocbak");
        for (let n = 0; n < 20; n += 1) await staged.write(Buffer.alloc(5000, 1));
        await staged.publish();
        if (round === 0) console.log("up");
      }`;
    for (const delayMs of [0, 3, 7, 13]) {
      const dir = freshDir();
      const args = ["--input-type=module", "-e", program, dir];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await once(child, "exit");
      const finished = readdirSync(dir).filter((name) => name.endsWith(".ocbak"));
      expect(finished.length).toBeGreaterThan(0);
      for (const name of finished) expect(statSync(join(dir, name)).size).toBe(100_000);
    }
  });

  test("its identity lets a scan leave it out", async () => {
    await using staged = await createStaged(freshDir(), "a.ocbak");
    await staged.publish();
    const { dev, ino } = statSync(staged.path, { bigint: true });
    expect(staged.identity).toEqual({ dev, ino });
    expect(staged).toBeInstanceOf(StagedFile);
  });
});

describe("keeping a stream for random access", () => {
  test("its bytes can be read, and no name of it is ever left", async () => {
    const dir = freshDir();
    await using source = await spool(chunks("hello ", "", "world"), dir);
    expect([source.sizeBytes, String(await source.read(3, 5)), readdirSync(dir)]).toEqual([11, "lo wo", []]);
  });

  test("an error of the stream comes through as it is", async () => {
    await expect(spool(broken(), freshDir())).rejects.toThrow(TypeError);
  });

  test("a full disk is said to be full", async (context) => {
    const disk = mountSmallDisk(context, "1m");
    const large = Buffer.alloc(2_000_000, 1).toString("latin1");
    await expect(spool(chunks(large), disk)).rejects.toMatchObject({ code: "no-space" });
    appendFileSync(join(disk, "room"), "again");
    expect(existsSync(join(disk, "room"))).toBe(true);
  });
});
