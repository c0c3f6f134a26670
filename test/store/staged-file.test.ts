import { readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { StagedFile } from "../../src/store/staged-file.ts";
import { freshDir } from "../support/tree.ts";

const chunk = Buffer.alloc(32 * 1024 * 1024);

afterEach(() => vi.restoreAllMocks());

async function fileHandle(directory: string): Promise<FileHandle> {
  await using file = await open(directory);
  return Object.getPrototypeOf(file) as FileHandle;
}

it("what an early flush could not write is told when the file is to get its name, though a later one would say nothing", async () => {
  const directory = freshDir();
  const prototype = await fileHandle(directory);
  const failure = Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
  const flush = vi.spyOn(prototype, "datasync").mockRejectedValueOnce(failure);
  const writing = async (): Promise<void> => {
    await using staged = await StagedFile.create(directory, "a.ocbak");
    for (let n = 0; n < 9; n++) await staged.write(chunk);
    await staged.publish();
  };
  await expect(writing()).rejects.toMatchObject({ name: "StoreError", code: "io" });
  expect(flush).toHaveBeenCalledTimes(2);
  expect(readdirSync(directory)).toEqual([]);
});

it("a large file is flushed while it is written, and whole at its end", async () => {
  const directory = freshDir();
  const prototype = await fileHandle(directory);
  const early = vi.spyOn(prototype, "datasync");
  const last = vi.spyOn(prototype, "sync");
  await using staged = await StagedFile.create(directory, "a.ocbak");
  for (let n = 0; n < 5; n++) await staged.write(chunk);
  await staged.publish();
  expect(early).toHaveBeenCalledTimes(1);
  expect(last).toHaveBeenCalled();
  expect(readdirSync(directory)).toEqual(["a.ocbak"]);
  expect(staged.path).toBe(join(directory, "a.ocbak"));
});
