import { beforeAll, describe, expect, it } from "vitest";
import { dirtyAt, sharedKey } from "../support/bends.ts";
import { type Bends, type TestKey, hostile } from "../support/hostile.ts";
import { type Member, type OuterBends, membersOf, remade, segmentName } from "../support/members.ts";
import { outcome, report } from "../support/read.ts";
import {
  type OuterCase,
  bentMember,
  matches,
  members,
  outerArchive,
  outerArchiveId,
  remadeOutcome,
  without,
} from "../support/outer.ts";

const archiveId = outerArchiveId;
let whole: Buffer;
let key: TestKey;
beforeAll(async () => {
  key = await sharedKey();
  whole = await outerArchive();
});

it("takes the archive that all these cases begin with", async () => {
  expect(await remadeOutcome({})).toBe("full");
});

const renamed = (one: Member, number: number): Member => ({
  ...one,
  name: segmentName("sealed", number, one.content),
});
const swapped = (all: Member[], one: RegExp, other: RegExp): Member[] => {
  const [a, b] = [all.findIndex((item) => matches(item, one)), all.findIndex((item) => matches(item, other))];
  return all.map((item, at) => (at === a ? all[b]! : at === b ? all[a]! : item));
};

describe("segments that are not all there, once and in turn, are refused", () => {
  it.each<OuterCase>([
    ["one from the middle of the plain section gone", "bad-member", without(/^plain\/000002/)],
    ["one from the middle of the sealed section gone", "bad-member", without(/^sealed\/000002/)],
    ["the last plain one gone", "bad-seek-table", without(/^plain\/000004/)],
    ["all plain ones gone", "bad-schema", without(/^plain/)],
    ["all sealed ones gone", "bad-schema", without(/^sealed\/00000[1-9]/)],
    ["two swapped", "bad-member", members((all) => swapped(all, /^plain\/000001/, /^plain\/000002/))],
    [
      "one twice",
      "bad-member",
      members((all) => all.flatMap((one) => (matches(one, /^plain\/000001/) ? [one, one] : [one]))),
    ],
    [
      "a sealed one among the plain",
      "bad-member",
      members((all) => swapped(all, /^plain\/000001/, /^sealed\/000001/)),
    ],
    [
      "a short one in the middle",
      "bad-member",
      bentMember(/^plain\/000001/, (one) => ({
        ...one,
        name: segmentName("plain", 1, one.content.subarray(1)),
        content: one.content.subarray(1),
      })),
    ],
    [
      "an empty one at the end",
      "bad-member",
      members((all) =>
        all.flatMap((one) =>
          matches(one, /^plain\/000004/)
            ? [one, { ...one, content: Buffer.alloc(0), name: segmentName("plain", 5, Buffer.alloc(0)) }]
            : [one],
        ),
      ),
    ],
    [
      "other content than the name says",
      "digest-mismatch",
      bentMember(/^plain\/000001/, (one) => ({ ...one, content: dirtyAt(one.content, 7) })),
    ],
    [
      "two of the sealed section in each other's place, with each other's numbers",
      "bad-chunk",
      members((all) =>
        swapped(all, /^sealed\/000002/, /^sealed\/000003/).map((one) =>
          matches(one, /^sealed\/000002/)
            ? renamed(one, 3)
            : matches(one, /^sealed\/000003/)
              ? renamed(one, 2)
              : one,
        ),
      ),
    ],
    [
      "one that names another archive",
      "unbound",
      bentMember(/^plain\/000001/, (one) => ({ ...one, archiveId: "0b".repeat(15) })),
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await remadeOutcome(bends)).toBe(code);
  });
});

const other = (bends: Bends = {}): Member[] => membersOf(hostile(key, bends));
const ofOther = (name: RegExp, theirs: Member[]): OuterBends => ({
  members: (all) => {
    const ours = all.findIndex((one) => matches(one, name));
    const kept = all.filter((one) => !matches(one, name));
    kept.splice(ours, 0, ...theirs.filter((one) => matches(one, name)).map((one) => ({ ...one, archiveId })));
    return kept;
  },
});
const twin = (manifest: { [key: string]: unknown }): void =>
  void Object.assign(manifest, { archiveId, optional: ["notes"] });

describe("parts of two archives do not make one", () => {
  it.each<readonly [string, string, () => OuterBends]>([
    ["the plain section of another archive", "unbound", () => ofOther(/^plain\//, other())],
    [
      "the sealed section of another archive for the same key",
      "unbound",
      () => ofOther(/^sealed\/00000[1-9]/, other()),
    ],
    [
      "the sealed section of another archive with the same id and manifest",
      "unbound",
      () => ofOther(/^sealed\/00000[1-9]/, other({ manifest: twin })),
    ],
    [
      "a plain section made anew for this very archive",
      "unbound",
      () => ofOther(/^plain\//, other({ manifest: twin })),
    ],
    [
      "another manifest",
      "unbound",
      () =>
        bentMember("manifest.json", (one) => ({
          ...one,
          content: Buffer.from(one.content.toString().replace("old-host", "new-host")),
        })),
    ],
    [
      "a manifest of another id",
      "unbound",
      () =>
        bentMember("manifest.json", (one) => ({
          ...one,
          content: Buffer.from(one.content.toString().replace(archiveId, "0b".repeat(15))),
        })),
    ],
    [
      "checksums.json of another id",
      "unbound",
      () => ({ checksums: (sums) => (sums["archiveId"] = "0b".repeat(15)) }),
    ],
  ])("%s", async (_title, code, bends) => {
    expect(await remadeOutcome(bends())).toBe(code);
  });

  it("another manifest is noticed without a key, too", async () => {
    const bends = bentMember("manifest.json", (one) => ({
      ...one,
      content: Buffer.from(one.content.toString().replace("old-host", "new-host")),
    }));
    expect(await outcome(remade(whole, bends), key, "intact")).toBe("unbound");
  });

  it("a plain section made anew is noticed by the key alone", async () => {
    const bytes = remade(whole, ofOther(/^plain\//, other({ manifest: twin })));
    expect(await outcome(bytes, key, "intact")).toBe("intact");
    expect(await outcome(bytes, key, "full")).toBe("unbound");
  });

  it("segments of another archive with a right header of their own are named in the report", async () => {
    const bends = members((all) =>
      all.map((one) => (matches(one, /^plain\/000001/) ? { ...one, archiveId: "0b".repeat(15) } : one)),
    );
    expect(await report(remade(whole, bends), key)).toMatchObject({ verdict: "unbound" });
  });
});
