import { readFileSync, readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { StagedFile } from "../../src/store/staged-file.ts";
import { freshDir } from "../support/tree.ts";

afterEach(() => vi.restoreAllMocks());

it("what cannot be flushed never gets its name, and nothing of it stays", async () => {
  const directory = freshDir();
  await using handle = await open(directory);
  const failure = Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
  vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, "sync").mockRejectedValueOnce(failure);
  const writing = async (): Promise<void> => {
    await using staged = await StagedFile.create(directory, "a.ocbak");
    await staged.write(Buffer.alloc(9 * 1024 * 1024));
    await staged.publish();
  };
  await expect(writing()).rejects.toMatchObject({ name: "StoreError", code: "io" });
  expect(readdirSync(directory)).toEqual([]);
});

it("what was written is read back, and then has its name", async () => {
  const directory = freshDir();
  const content = Buffer.alloc(9 * 1024 * 1024 + 5, "content");
  await using staged = await StagedFile.create(directory, "a.ocbak");
  await staged.write(content);
  const source = await staged.source();
  expect(content.equals(await source.read(0, source.sizeBytes))).toBe(true);
  await staged.publish();
  expect(readdirSync(directory)).toEqual(["a.ocbak"]);
  expect(staged.path).toBe(join(directory, "a.ocbak"));
  expect(content.equals(readFileSync(staged.path))).toBe(true);
});
