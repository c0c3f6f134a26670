import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { proveArchive } from "../../../src/backup/prove.ts";
import { FormatError } from "../../../src/format/errors.ts";
import { openArchiveFile } from "../../../src/store/directory.ts";
import { sharedKey } from "../../support/bends.ts";
import { type Specimen, specimen } from "../../support/cuts.ts";
import { quietContext } from "../../support/read.ts";
import { scratchHome } from "../../support/restore.ts";

let large: Specimen;
beforeAll(async () => {
  large = specimen(await sharedKey(), { plainBytes: 300_000, sealedBytes: 500_000 });
});

const threads = { count: 2, partBytes: 1 };

function fileOf(bytes: Buffer): string {
  const { home, remove } = scratchHome();
  onTestFinished(remove);
  const path = join(home, "a.ocbak");
  writeFileSync(path, bytes);
  return path;
}

interface Proving {
  readonly level?: "intact" | "full";
  readonly context?: Partial<typeof quietContext>;
}

async function proved(path: string, { level = "full", context }: Proving = {}): Promise<unknown> {
  await using source = await openArchiveFile(path);
  const options = { level, fileKey: async () => large.key.fileKey, threads };
  return (await proveArchive(source, options, { ...quietContext, ...context })).verdict;
}

async function refusal(proving: Promise<unknown>): Promise<unknown> {
  const error = await proving.catch((cause: unknown) => cause);
  const { code, message } = error as FormatError;
  return { code, message, place: error instanceof FormatError ? error.place : undefined };
}

describe("threads", () => {
  it.each(["intact", "full"] as const)(
    "prove an archive, level %s, and tell how far they are",
    async (level) => {
      let decoded = 0;
      const progress = { start() {}, advance: (bytes: number) => (decoded += bytes), finish() {} };
      expect(await proved(fileOf(large.bytes), { level, context: { progress } })).toBe(level);
      expect(decoded).toBeGreaterThan(800_000);
    },
  );

  it("refuse with what a reader of the whole finds first", async () => {
    const bytes = Buffer.from(large.bytes);
    const [first, second] = large.anatomy.sealed.segments.slice(-3);
    bytes[first![0] + 1000]! ^= 1;
    bytes[second![0] + 1000]! ^= 1;
    const found = await refusal(proved(fileOf(bytes)));
    expect(found).toMatchObject({ code: "digest-mismatch", place: { section: "sealed", offset: first![0] } });
  });

  it("do not say that all is well where it is only when read again", async () => {
    const [from] = large.anatomy.sealed.segments.at(-3)!;
    const bytes = Buffer.from(large.bytes);
    bytes[from + 1000]! ^= 1;
    const path = fileOf(bytes);
    let started = 0;
    const start = (): void => {
      // The second time: read again.
      if (++started === 2) writeFileSync(path, large.bytes);
    };
    const progress = { start, advance() {}, finish() {} };
    expect(await refusal(proved(path, { context: { progress } }))).toMatchObject({
      code: "io",
      message: "the archive was not the same when it was read again",
    });
  });

  it("fail where the file becomes shorter", async () => {
    const path = fileOf(large.bytes);
    const start = (): void => writeFileSync(path, large.bytes.subarray(0, 100_000));
    const progress = { start, advance() {}, finish() {} };
    expect(await refusal(proved(path, { context: { progress } }))).toMatchObject({ code: "io" });
  });

  it("stop when they are told to", async () => {
    const controller = new AbortController();
    const start = (): void => controller.abort(new Error("stop"));
    const context = { progress: { start, advance() {}, finish() {} }, signal: controller.signal };
    expect(await refusal(proved(fileOf(large.bytes), { context }))).toMatchObject({ message: "stop" });
  });
});
