import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SequentialWriter, type WriterPlace } from "../../src/store/sequential-writer.ts";
import { freshDir } from "../support/tree.ts";

const megabyte = 1024 * 1024;

afterEach(() => vi.restoreAllMocks());

type Direct = NonNullable<WriterPlace["openDirect"]>;

async function written(
  chunks: readonly Uint8Array[],
  openDirect?: Direct,
): Promise<{ readonly content: Buffer; readonly settled: Buffer }> {
  const path = join(freshDir(), "file");
  await using file = await open(path, "w+");
  await using writer = new SequentialWriter(file, { name: path, ...(openDirect && { openDirect }) });
  for (const chunk of chunks) await writer.write(chunk);
  await writer.settle();
  const settled = readFileSync(path);
  await writer.flush();
  return { content: readFileSync(path), settled };
}

/** A handle for direct writes that answers as `write` does. */
function answering(write: () => Promise<{ readonly bytesWritten: number }>): Direct {
  return async () => ({ write, close: async () => {} }) as unknown as FileHandle;
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: told by the test`), { code });

/** Of all sizes, some of them longer than what is written at once. */
const chunks = [0, 1, 511, 4096, 3 * megabyte + 7, 9 * megabyte, 17, 4 * megabyte - 1, megabyte].map(
  (bytes) => randomBytes(bytes),
);
const whole = Buffer.concat(chunks);

const cached = async (): Promise<null> => null;
const refused = async (): Promise<never> => {
  throw systemError("EINVAL");
};

describe("what was written stands in the file, in order", () => {
  const ways: Record<string, Direct | undefined> = {
    "as this file system takes it": undefined,
    "through the page cache": cached,
    "where direct writes are refused as the file is opened": refused,
    "where they are refused as they come": answering(refused),
    "where one of them writes but a part": answering(async () => ({ bytesWritten: 1000 })),
  };
  it.each(Object.keys(ways))("%s", async (way) => {
    const { content, settled } = await written(chunks, ways[way]);
    expect(settled.equals(whole)).toBe(true);
    expect(content.equals(whole)).toBe(true);
  });

  it("and nothing where nothing was written", async () => {
    expect((await written([])).content.length).toBe(0);
  });
});

it("a chunk may be changed as soon as it was taken", async () => {
  const chunk = Buffer.alloc(3 * megabyte);
  const path = join(freshDir(), "file");
  await using file = await open(path, "w+");
  await using writer = new SequentialWriter(file, { name: path });
  for (let n = 0; n < 12; n++) await writer.write(chunk.fill(n));
  await writer.flush();
  const expected = Buffer.concat(Array.from({ length: 12 }, (_, n) => Buffer.alloc(3 * megabyte, n)));
  expect(readFileSync(path).equals(expected)).toBe(true);
});

it("an error of a write is told with a later one or at the end, and always at the end", async () => {
  const path = join(freshDir(), "file");
  await using file = await open(path, "w+");
  const openDirect = answering(async () => Promise.reject(systemError("ENOSPC")));
  await using writer = new SequentialWriter(file, { name: path, openDirect });
  await writer.write(Buffer.alloc(3 * megabyte));
  const told = { name: "StoreError", message: expect.stringContaining(path) };
  await expect(writer.write(Buffer.alloc(3 * megabyte))).rejects.toMatchObject(told);
  await expect(writer.settle()).rejects.toMatchObject(told);
  await expect(writer.flush()).rejects.toMatchObject(told);
});

async function handle(directory: string): Promise<FileHandle> {
  await using file = await open(directory);
  return Object.getPrototypeOf(file) as FileHandle;
}

describe("through the page cache", () => {
  const chunk = Buffer.alloc(32 * megabyte);
  it("what an early flush could not write is told at the end, though a later one would say nothing", async () => {
    const directory = freshDir();
    const prototype = await handle(directory);
    const flush = vi.spyOn(prototype, "datasync").mockRejectedValueOnce(systemError("EIO"));
    await using file = await open(join(directory, "file"), "w+");
    await using writer = new SequentialWriter(file, { name: "file", openDirect: cached });
    for (let n = 0; n < 9; n++) await writer.write(chunk);
    await expect(writer.flush()).rejects.toMatchObject({ code: "EIO" });
    expect(flush).toHaveBeenCalledTimes(2);
  });

  it("a large file is flushed while it is written, and at its end", async () => {
    const directory = freshDir();
    const prototype = await handle(directory);
    const early = vi.spyOn(prototype, "datasync");
    const last = vi.spyOn(prototype, "sync");
    await using file = await open(join(directory, "file"), "w+");
    await using writer = new SequentialWriter(file, { name: "file", openDirect: cached });
    for (let n = 0; n < 5; n++) await writer.write(chunk);
    await writer.flush();
    expect(early).toHaveBeenCalledTimes(1);
    expect(last).toHaveBeenCalledTimes(1);
  });
});
