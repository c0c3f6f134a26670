import { describe, expect, it } from "vitest";
import { paddingAfter } from "../../src/format/inner-tar.ts";
import { type HostileCase, dirty, dirtyAt, eachSection, outcomeOf, withItem } from "../support/bends.ts";
import { type Bends, type SectionDraft } from "../support/hostile.ts";

describe("control entries that are not exactly right are refused", () => {
  const other = "ab".repeat(15);
  const digest = "cd".repeat(32);
  it.each<HostileCase>([
    ...eachSection((draft) => (draft.section["archiveId"] = other)).map((bends): HostileCase => [
      "section.json of another archive",
      "unbound",
      bends,
    ]),
    ...eachSection((draft) => (draft.section["manifestSha256"] = digest)).map((bends): HostileCase => [
      "section.json of another manifest",
      "unbound",
      bends,
    ]),
    ...eachSection((draft) => (draft.section["extra"] = 1)).map((bends): HostileCase => [
      "an unknown key in section.json",
      "bad-schema",
      bends,
    ]),
    [
      "a section.json of the other section",
      "bad-schema",
      { sealed: (draft) => (draft.section["section"] = "plain") },
    ],
    [
      "a section.json too long",
      "limit-exceeded",
      { sealed: (draft) => (draft.section["metadata"] = { note: "x".repeat(4 * 1024 * 1024) }) },
    ],
    ...eachSection((draft) => (draft.padding = { section: dirty(512) })).map((bends): HostileCase => [
      "something after section.json",
      "bad-tar",
      bends,
    ]),
    ...eachSection(
      (draft) => (draft.padding = { section: dirty(paddingAfter(JSON.stringify(draft.section).length)) }),
    ).map((bends): HostileCase => ["dirty padding after section.json", "bad-tar", bends]),
    ...eachSection((draft) => (draft.frames = (all) => dirtyEnd(all, 1))).map((bends): HostileCase => [
      "dirty padding after the inventory",
      "bad-tar",
      bends,
    ]),
    ...eachSection((draft) => (draft.frames = (all) => dirtyEnd(all, 3))).map((bends): HostileCase => [
      "dirty padding after the index",
      "bad-tar",
      bends,
    ]),
    ...eachSection(
      (draft) => (draft.frames = (all) => withItem(all, 4, (last) => dirtyAt(last, last.length - 1025))),
    ).map((bends): HostileCase => ["dirty padding after close.json", "bad-tar", bends]),
    ...eachSection((draft) => (draft.frames = (all) => dirtyEnd(all, 4))).map((bends): HostileCase => [
      "dirty zero blocks at the end",
      "bad-tar",
      bends,
    ]),
    ...eachSection(
      (draft) =>
        (draft.frames = (all) => withItem(all, 4, (last) => Buffer.concat([last, Buffer.alloc(512)]))),
    ).map((bends): HostileCase => ["a third zero block", "bad-tar", bends]),
    ...eachSection(
      (draft) => (draft.frames = (all) => withItem(all, 4, (last) => last.subarray(0, -512))),
    ).map((bends): HostileCase => ["one zero block alone", "bad-tar", bends]),
    ["a close.json that counts one entry more", "digest-mismatch", closed((close) => (close["entries"] = 6))],
    [
      "another digest of the index",
      "digest-mismatch",
      closed((close) => (close["index"] = { ...(close["index"] as object), sha256: digest })),
    ],
    [
      "another place of the index",
      "bad-index",
      closed((close) => (close["index"] = { ...(close["index"] as { offset: number }), offset: 512 })),
    ],
    [
      "another length of the index",
      "bad-index",
      closed((close) => (close["index"] = { ...(close["index"] as object), bytes: 2000 })),
    ],
    [
      "an index of 2^53-1 bytes",
      "bad-schema",
      closed((close) => (close["index"] = { ...(close["index"] as object), bytes: Number.MAX_SAFE_INTEGER })),
    ],
    ["20,000,001 entries", "bad-schema", closed((close) => (close["entries"] = 20_000_001))],
    ["a close.json over 512 bytes", "bad-tar", closed((close) => (close["x"] = "x".repeat(512)))],
    ["an unknown key in close.json", "bad-schema", closed((close) => (close["x"] = 1))],
    [
      "a sealed close.json that binds no plain section",
      "bad-schema",
      closed((close) => delete close["plainSegmentsSha256"]),
    ],
    [
      "a sealed close.json that binds another plain section",
      "unbound",
      closed((close) => (close["plainSegmentsSha256"] = digest)),
    ],
    [
      "a plain close.json that binds something",
      "bad-schema",
      { plain: (draft) => (draft.close = (close) => (close["plainSegmentsSha256"] = digest)) },
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await outcomeOf(bends)).toBe(code);
  });
});

function closed(bend: SectionDraft["close"]): Bends {
  return { sealed: (draft) => (draft.close = bend) };
}

function dirtyEnd(all: Buffer[], index: number): Buffer[] {
  return withItem(all, index, (content) => dirtyAt(content, content.length - 1));
}
