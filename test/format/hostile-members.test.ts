import { beforeAll, describe, expect, it } from "vitest";
import { memberNames } from "../../src/format/member.ts";
import { blockBytes } from "../../src/format/ustar.ts";
import { dirty, dirtyAt, sharedKey } from "../support/bends.ts";
import { type TestKey } from "../support/hostile.ts";
import { type Member, type OuterBends, encodeMember, offsetOf, remade } from "../support/members.ts";
import { outcome } from "../support/read.ts";
import {
  type OuterCase,
  bentMember,
  members,
  outerArchive,
  outerArchiveId,
  paddingOf,
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

/** Bends the 512 bytes of a member's header and makes its checksum fit again. */
function bentHeader(name: string | RegExp, at: number, bytes: string): OuterBends {
  return bentMember(name, (member) => {
    const header = encodeMember(member).subarray(0, blockBytes);
    header.write(bytes, at, "latin1");
    header.write("        ", 148, "latin1");
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return { ...member, header };
  });
}

const extra = (name: string, content = "hello"): Member => ({
  name,
  archiveId,
  content: Buffer.from(content),
});

describe("members that nobody announced, or that are bent, are refused", () => {
  it.each<OuterCase>([
    [
      "an unknown member before checksums.json",
      "bad-member",
      members((all) => [...all, extra("readme.txt")]),
    ],
    [
      "an unknown member after the manifest",
      "bad-member",
      members(([first, ...rest]) => [first!, extra("readme.txt"), ...rest]),
    ],
    ["an extension that is not announced", "bad-member", members((all) => [...all, extra("ext/other/a")])],
    ["an extension outside of ext/", "bad-member", members((all) => [...all, extra("notes/a")])],
    ["two manifests", "bad-member", members(([first, ...rest]) => [first!, first!, ...rest])],
    [
      "a pad that is not zero",
      "bad-member",
      bentMember("pad", (one) => ({ ...one, content: dirty(one.content.length) })),
    ],
    [
      "a pad that is too short",
      "bad-member",
      bentMember("pad", (one) => ({ ...one, content: one.content.subarray(blockBytes) })),
    ],
    ["no pad", "bad-member", without("pad")],
    [
      "something after the age header",
      "bad-age-header",
      bentMember(memberNames.header, (one) => ({
        ...one,
        content: Buffer.concat([one.content, Buffer.from("\n")]),
      })),
    ],
    [
      "another age header for the same payload",
      "bad-age-header",
      bentMember(memberNames.header, (one) => ({
        ...one,
        content: Buffer.from(
          one.content.toString("latin1").replace(/--- ./, (mac) => `--- ${mac.endsWith("A") ? "B" : "A"}`),
          "latin1",
        ),
      })),
    ],
    [
      "padding after manifest.json that is not zero",
      "bad-member",
      bentMember("manifest.json", (one) => ({ ...one, padding: dirty(paddingOf(one)) })),
    ],
    [
      "padding after the age header that is not zero",
      "bad-member",
      bentMember(memberNames.header, (one) => ({ ...one, padding: dirty(paddingOf(one)) })),
    ],
    [
      "padding after a plain segment that is not zero",
      "bad-member",
      bentMember(/^plain\/000004/, (one) => ({ ...one, padding: dirty(paddingOf(one)) })),
    ],
    [
      "padding after a sealed segment that is not zero",
      "bad-member",
      bentMember(/^sealed\/000004/, (one) => ({ ...one, padding: dirty(paddingOf(one)) })),
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await remadeOutcome(bends)).toBe(code);
  });

  it("something after the age header is noticed without a key, too", async () => {
    const bends = bentMember(memberNames.header, (one) => ({
      ...one,
      content: Buffer.concat([one.content, Buffer.from("\n")]),
    }));
    expect(await remadeOutcome(bends, "quick")).toBe("bad-age-header");
  });

  it("an announced extension is taken", async () => {
    expect(await remadeOutcome(members((all) => [...all, extra("ext/notes/a"), extra("ext/notes/b")]))).toBe(
      "full",
    );
  });

  it("a changed extension is noticed", async () => {
    const bytes = remade(
      whole,
      members((all) => [...all, extra("ext/notes/a")]),
    );
    const changed = dirtyAt(bytes, offsetOf(bytes, "ext/notes/a") + blockBytes);
    expect(await outcome(changed, key, "quick")).toBe("complete");
    expect(await outcome(changed, key, "intact")).toBe("digest-mismatch");
  });
});

describe("a member header in any other form is refused", () => {
  it.each([
    ["a time", 136, "00000000001"],
    ["another mode", 100, "0000600"],
    ["an owner number", 108, "0000001"],
    ["a group number", 116, "0000001"],
    ["a group name", 297, "root"],
    ["a device number", 329, "0000001"],
    ["an upper-case archive id", 265, "0A".repeat(15)],
    ["a link name", 157, "x"],
    ["another type", 156, "\0"],
    ["the magic of GNU tar", 257, "ustar  \0"],
    ["a prefix", 345, "x"],
    ["a byte behind the last field", 511, "x"],
    ["a byte behind the name", 99, "x"],
    ["a size in base-256", 124, "\x80\0\0\0\0\0\0\0\0\x01\0\0"],
    ["a size with spaces", 124, "     200000 "],
    ["a mode without its NUL", 107, " "],
  ])("%s", async (_title, at, bytes) => {
    for (const name of ["manifest.json", /^plain\/000001/, "pad"])
      expect(await remadeOutcome(bentHeader(name, at, bytes), "quick")).toBe("bad-header");
  });

  it("a checksum in another form", async () => {
    const bends = bentMember("pad", (one) => {
      const header = encodeMember(one).subarray(0, blockBytes);
      header.write(" \0", 154, "latin1");
      return { ...one, header };
    });
    expect(await remadeOutcome(bends, "quick")).toBe("bad-header");
  });
});
