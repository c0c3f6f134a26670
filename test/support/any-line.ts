import * as fc from "fast-check";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import type { IndexLine } from "../../src/format/entry.ts";

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
const anyBytes = fc
  .array(byte, { minLength: 1, maxLength: 12 })
  .map((codes) => Buffer.from(codes).toString("latin1"));
/** Names as people give them, and some that JSON must escape. */
const usualName = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[\w.@ -]{1,20}$/) },
  fc.constantFrom(
    "ü",
    "文件",
    "🦞.md",
    "a\u2028b",
    "e\u0301",
    "\ufeff",
    'quo"te',
    "back\\slash",
    "\u007f",
    "a\tb",
  ),
);
const component = fc
  .oneof(
    anyBytes,
    usualName.map((name) => Buffer.from(name).toString("latin1")),
  )
  .filter((name) => name !== "." && name !== "..");
const anyPath = fc
  .array(component, { minLength: 1, maxLength: 3 })
  .map((names) => parseEntryPath(Buffer.from(["r", ...names].join("/"), "latin1")));
const attributes = {
  mode: fc.integer({ min: 0, max: 0o777 }),
  mtime: fc.bigInt({ min: -(10n ** 26n), max: 10n ** 27n - 1n }).map(String),
  uid: fc.integer({ min: 0, max: 0xffffffff }),
  gid: fc.integer({ min: 0, max: 0xffffffff }),
  uname: fc.constantFrom("", "alice", "\xc3\xbc", "a b"),
  gname: fc.constantFrom("", "users", "x".repeat(255)),
};
const anySize = fc.maxSafeNat();
const sha256 = fc.constant("0123456789abcdef".repeat(4));
const target = fc.oneof(anyBytes, anyPath);
const reason = fc.option(fc.constantFrom("why", "ü", "line\nfeed"), { nil: undefined });
const status = fc.constantFrom("ok", "changed", "unreadable");

export const anyLine: fc.Arbitrary<IndexLine> = fc
  .oneof(
    fc.record({
      path: anyPath,
      status,
      type: fc.constant("file"),
      ...attributes,
      size: anySize,
      sha256,
      offset: anySize,
    }),
    fc.record({ path: anyPath, status, type: fc.constant("directory"), ...attributes }),
    fc.record({ path: anyPath, status, type: fc.constant("symlink"), ...attributes, target }),
    fc.record({ path: anyPath, status, type: fc.constant("hardlink"), ...attributes, link: anyPath }),
    fc.record({
      path: anyPath,
      status: fc.constantFrom("vanished", "unreadable", "moved", "excluded:cache"),
      type: fc.constantFrom("file", "directory"),
      absent: fc.constant(true),
    }),
  )
  .chain((one) => reason.map((why): IndexLine => ({ ...one, ...(why && { reason: why }) })));

export const anyInventoryLine = fc.record({
  path: anyPath,
  size: anySize,
  type: fc.constantFrom("file", "directory", "symlink", "hardlink"),
});
