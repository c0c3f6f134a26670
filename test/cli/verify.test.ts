import { createCipheriv } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withDir } from "tmp-promise";
import { beforeAll, describe, expect, it } from "vitest";
import type { VerifyReport } from "../../src/backup/reports.ts";
import { run } from "../../src/cli/run.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { Secret } from "../../src/format/secret.ts";
import { smallTrees, writeTestArchive } from "../support/archives.ts";
import { testCli, type TestCliOptions } from "../support/cli.ts";

const files = new Map<string, Buffer | string>();

beforeAll(async () => {
  const key = await generateIdentity("x25519");
  const sealing = { recipients: [key.recipient] };
  // Large enough that a cut leaves whole files before it.
  const plain = { ...smallTrees.plain, "workspace.main/big": incompressible(300_000) };
  const { bytes } = await writeTestArchive({ sealing, plain, frameBytes: 4096, segmentBytes: 65_536 });
  const holes = {
    ...smallTrees.sealed,
    "state/lost.db": { absent: "unreadable", reason: "permission denied" },
  } as const;
  files.set("key.txt", key.identity.reveal());
  files.set("other.txt", (await generateIdentity("x25519")).identity.reveal());
  files.set("whole.ocbak", bytes);
  files.set("cut.ocbak", bytes.subarray(0, bytes.length - 5000));
  files.set("appended.ocbak", Buffer.concat([bytes, Buffer.from("x")]));
  files.set("flipped.ocbak", flipped(bytes, flippedAt));
  files.set("holes.ocbak", (await writeTestArchive({ sealing, sealed: holes })).bytes);
  files.set(
    "typed.ocbak",
    (await writeTestArchive({ sealing: { passphrase: new Secret("open sesame") } })).bytes,
  );
  files.set("empty", "");
  files.set("text", "no archive, but longer than nothing\n".repeat(100));
});

/** The same on every run. */
function incompressible(length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** In the middle of the plain section. */
const flippedAt = 150_000;

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Runs in a home with all those files and a directory. `./` stands for the home. */
async function verifyIn(world: Omit<TestCliOptions, "home">, ...argv: string[]) {
  let result: { status: number; out: string; err: string } | undefined;
  await withDir(
    async ({ path: home }) => {
      await mkdir(join(home, "directory"));
      for (const [name, content] of files) await writeFile(join(home, name), content, { mode: 0o600 });
      const cli = testCli({ ...world, home });
      const status = await run(["verify", ...argv.map((arg) => arg.replace(/^\.\//, `${home}/`))], cli.io);
      result = { status, out: cli.out(), err: cli.err() };
    },
    { unsafeCleanup: true },
  );
  return result!;
}

const verify = (...argv: string[]) => verifyIn({}, ...argv);

describe("ocbak verify of a whole archive", () => {
  it.each([
    ["complete", ["--level", "quick"]],
    ["intact", []],
    ["intact", ["--level", "intact", "-i", "key.txt"]],
    ["full", ["-i", "key.txt"]],
  ])("says %s with %j, and nothing on stderr", async (verdict, flags) => {
    const { status, out, err } = await verify(...flags, "./whole.ocbak");
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain(`whole.ocbak: ${verdict}: `);
  });

  it("says nothing with --quiet", async () => {
    expect(await verify("--quiet", "-i", "key.txt", "./whole.ocbak")).toEqual({
      status: 0,
      out: "",
      err: "",
    });
  });

  it("opens a passphrase with --passphrase, typed once, and does without it otherwise", async () => {
    const typed = await verifyIn({ typed: "open sesame\r" }, "--passphrase", "./typed.ocbak");
    expect(typed).toMatchObject({ status: 0, out: expect.stringContaining("typed.ocbak: full: ") });
    expect(typed.err).not.toContain("sesame");
    expect(await verifyIn({ typed: "" }, "./typed.ocbak")).toMatchObject({
      status: 0,
      out: expect.stringContaining(": intact: "),
    });
  });

  it("exits with 3 where the capture had holes, and begins with them", async () => {
    const { status, out } = await verify("-i", "key.txt", "./holes.ocbak");
    expect(status).toBe(3);
    expect(out).toMatch(/^INCOMPLETE BACKUP: .*: 1 file could not be read/);
  });
});

describe("ocbak verify of a copy that is not whole", () => {
  it.each([
    ["cut short", ["./cut.ocbak"], 21],
    ["cut short, with the key", ["-i", "key.txt", "./cut.ocbak"], 21],
    ["with a flipped bit", ["./flipped.ocbak"], 20],
    ["with a byte appended", ["./appended.ocbak"], 20],
  ])("refuses one %s with its exit status, an error and a hint", async (_what, argv, expected) => {
    const { status, err } = await verify(...argv);
    expect(status).toBe(expected);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*salvage.*\n$/);
  });

  it("says of one cut short where to go on copying", async () => {
    const size = files.get("cut.ocbak")!.length;
    const { out } = await verify("-i", "key.txt", "./cut.ocbak");
    expect(out).toContain(`The file ends at byte ${size.toLocaleString("en-US")}: copy it again from there`);
  });

  it("says of one with a flipped bit which bytes to copy again", async () => {
    const { out } = await verify("./flipped.ocbak");
    expect(out).toMatch(
      /Copy these bytes of the file again, or make a new backup:\n {2}bytes [\d,]+ to [\d,]+ \([^)]+\): damaged\n/,
    );
  });

  it("gives scripts the same as numbers", async () => {
    const { out } = await verify("--json", "./flipped.ocbak");
    const report = JSON.parse(out) as VerifyReport;
    const [range] = report.copyAgain;
    expect(report.badRanges).toHaveLength(1);
    expect(range!.offset).toBeLessThanOrEqual(flippedAt);
    expect(range!.offset + range!.length!).toBeGreaterThan(flippedAt);
  });
});

describe("ocbak verify with keys that do not fit", () => {
  it.each([
    ["another identity", ["-i", "other.txt", "./whole.ocbak"], {}],
    ["another passphrase", ["--passphrase", "./typed.ocbak"], { typed: "close sesame\r" }],
    ["an identity for a passphrase", ["-i", "key.txt", "./typed.ocbak"], {}],
  ])("refuses %s with 12 and a hint", async (_what, argv, world) => {
    const { status, out, err } = await verifyIn(world, ...argv);
    expect([status, out]).toEqual([12, ""]);
    expect(err).toMatch(/ocbak: error: .*\nocbak: hint: .*\n$/);
  });
});

describe("ocbak verify of what is no archive", () => {
  it.each([
    ["what is not there", "./nowhere.ocbak", 10],
    ["a directory", "./directory", 10],
    ["an empty file", "./empty", 27],
    ["something else", "./text", 27],
  ])("refuses %s with its exit status and a hint", async (_what, file, expected) => {
    const { status, err } = await verify(file);
    expect(status).toBe(expected);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*\n$/);
  });

  it("gives scripts the report on stdout and nothing on stderr, also of what is refused", async () => {
    const { status, out, err } = await verify("--json", "./text");
    expect([status, err]).toEqual([27, ""]);
    expect(JSON.parse(out)).toMatchObject({ verdict: "not-an-archive", archiveId: null });
  });

  it("with --quiet still says what is wrong", async () => {
    const { out, err } = await verify("--quiet", "./text");
    expect(out).toContain("not-an-archive");
    expect(err).toContain("ocbak: error:");
  });
});
