import { expect, it } from "vitest";
import { encodeControlHeader } from "../../src/format/inner-tar.ts";
import { encodeMemberHeader, segmentMemberName } from "../../src/format/member.ts";
import type { ArchiveId } from "../../src/format/schema.ts";
import { sharedKey } from "../support/bends.ts";
import { hostile } from "../support/hostile.ts";
import { membersOf, offsetOf } from "../support/members.ts";
import { report } from "../support/read.ts";

const mebibyte = 1024 * 1024;
const big = 8 * mebibyte;

/** Kibibytes by which the most memory ever held grew. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return process.resourceUsage().maxRSS - before;
}

it.each([
  ["a control entry that nobody knows", "x.json"],
  ["an inventory without lines", "inventory.jsonl"],
])(
  "looking through a damaged copy holds nothing of %s",
  async (_title, file) => {
    const frames = 64;
    const header = encodeControlHeader(`.ocbak/plain/${file}`, frames * big);
    const key = await sharedKey();
    const bytes = hostile(key, {
      plain: (draft) => {
        const run = [header, ...Array.from({ length: frames }, () => Buffer.alloc(big))];
        draft.frames = ([section, inventory, ...rest]) => [section!, inventory!, ...run, ...rest];
      },
    });
    expect(bytes.length).toBeLessThan(mebibyte);
    let told: Awaited<ReturnType<typeof report>> | undefined;
    const growth = await growthOf(async () => (told = await report(bytes, key)));
    expect(told!.verdict).toBe("damaged");
    expect(growth).toBeLessThan(200 * 1024);
  },
  60_000,
);

it("a gap between the first and the last possible segment costs nothing to look into", async () => {
  const key = await sharedKey();
  const bytes = hostile(key);
  const archiveId = membersOf(bytes)[0]!.archiveId as ArchiveId;
  const segment = (number: number): Buffer => {
    const name = segmentMemberName({ section: "plain", number, sha256: "0".repeat(64) });
    return encodeMemberHeader({ name, archiveId, sizeBytes: 0 });
  };
  const pair = [segment(0), Buffer.alloc(512, "x"), segment(999_999), Buffer.alloc(512, "x")];
  const at = offsetOf(bytes, /^plain/);
  const gaps = Buffer.concat(Array.from({ length: 200 }, () => pair).flat());
  const told = await report(Buffer.concat([bytes.subarray(0, at), gaps, bytes.subarray(at)]), key);
  expect(told.verdict).toBe("damaged");
});

it("headers with rubbish between them are found in one pass", async () => {
  const key = await sharedKey();
  const bytes = hostile(key);
  const archiveId = membersOf(bytes)[0]!.archiveId as ArchiveId;
  const member = Buffer.concat([
    // Says that it is longer than what comes before the next one, or shorter.
    encodeMemberHeader({ name: "pad", archiveId, sizeBytes: 4096 }),
    Buffer.alloc(700, "x"),
    encodeMemberHeader({ name: "pad", archiveId, sizeBytes: 0 }),
    Buffer.alloc(300, "x"),
  ]);
  const many = Buffer.concat(Array.from({ length: 10_000 }, () => member));
  const at = offsetOf(bytes, "sealed/000000");
  const told = await report(Buffer.concat([bytes.subarray(0, at), many, bytes.subarray(at)]), key);
  expect(told.verdict).toBe("damaged");
});

it("a search for frames that was given up is said to have been", async () => {
  const key = await sharedKey();
  // Begins like a frame of 4 MiB, and zeros are empty blocks: only the largest frame there may be disproves it.
  const start = Buffer.from("28b52ffda400004000", "hex");
  const bytes = hostile(key, {
    plain: (draft) => {
      draft.stream = (stream) =>
        Buffer.concat([...Array.from({ length: 20 }, () => start), Buffer.alloc(9 * mebibyte), stream]);
    },
  });
  const told = await report(bytes.subarray(0, offsetOf(bytes, "pad")), key);
  expect(told.verdict).toBe("partial");
  expect(told.findings).toContainEqual({
    code: "search-given-up",
    section: "plain",
    reason: expect.stringMatching(
      /^the search .* in the plain section was given up at byte \d+ .*: more may be whole$/,
    ),
  });
});

it("a segment that says to be empty is wrong in its header", async () => {
  const key = await sharedKey();
  const bytes = hostile(key, {
    members: (all) =>
      all.map((one) => (one.name.startsWith("plain/") ? { ...one, content: Buffer.alloc(0) } : one)),
  });
  const told = await report(bytes, key);
  const offset = offsetOf(bytes, /^plain/);
  expect(told.sections![0]!.badRanges).toContainEqual({ offset, length: 512, kind: "damaged" });
});
