import { describe, expect, it } from "vitest";
import { type Finding, compareSides } from "../../src/backup/diff/compare.ts";
import type { Absence, ComparedEntry, Side } from "../../src/backup/diff/compared-entry.ts";
import { sortKey } from "../../src/format/entry-path.ts";
import { bytesPath } from "../support/archives.ts";

type Literal = "dir" | `file ${string}` | `left-out` | `unreadable` | `goes while ${string}`;
type LiteralSide = Readonly<Record<string, Literal>>;

function entryOf(name: string, literal: Literal): ComparedEntry {
  const path = bytesPath(name);
  if (literal === "dir") return { path, type: "directory", mode: 0o755 };
  if (literal === "left-out" || literal === "unreadable")
    return { path, type: "file", absence: { kind: literal, reason: `is ${literal}` } };
  const gone: Absence = { kind: "gone", reason: "vanished" };
  const digest = () => Promise.resolve(literal.startsWith("goes") ? gone : { sha256: literal });
  return { path, type: "file", mode: 0o600, content: { sizeBytes: 1, digest } };
}

function sideOf(literals: LiteralSide, rest: Partial<Side> = {}): Side {
  const entries = Object.entries(literals).map(([name, literal]) => entryOf(name, literal));
  entries.sort((a, b) => (sortKey(a.path) < sortKey(b.path) ? -1 : 1));
  return { entries, isWhole: true, leftOut: "not-compared", ...rest };
}

async function findings(left: Side, right: Side): Promise<string[]> {
  const found: Finding[] = [];
  const options = { owners: false, signal: new AbortController().signal };
  for await (const one of compareSides(left, right, options)) found.push(one);
  return found.filter(({ kind }) => kind !== "same").map((one) => `${one.kind} ${one.path}`);
}

interface Case {
  readonly left: LiteralSide;
  readonly right: LiteralSide;
  readonly leftIs?: Partial<Side>;
  readonly rightIs?: Partial<Side>;
  readonly found: readonly string[];
}

const partly = { isWhole: false };
const live = { leftOut: "differs" } as const;

const cases: Readonly<Record<string, Case>> = {
  "nothing on either side": { left: {}, right: {}, found: [] },
  "names that sort otherwise than their text": {
    left: { a: "dir", "a/b": "file 1", "a-b": "file 1" },
    right: { a: "dir", "a/b": "file 1", "a-b": "file 2", "a/c": "file 1" },
    found: ["added a/c", "changed a-b"],
  },
  "all of one side before all of the other": {
    left: { a: "dir", b: "dir" },
    right: { c: "dir", d: "dir" },
    found: ["removed a", "removed b", "added c", "added d"],
  },
  "a folder that one side leaves out and the other has": {
    left: { s: "dir", "s/x": "left-out" },
    right: { s: "dir", "s/x": "dir", "s/x/y": "file 1", "s/x-y": "file 1" },
    found: ["not-compared s/x", "added s/x-y"],
  },
  "the same the other way round": {
    left: { s: "dir", "s/x": "dir", "s/x/y": "file 1", "s/z": "file 1" },
    right: { s: "dir", "s/x": "left-out" },
    found: ["not-compared s/x", "removed s/z"],
  },
  "what both leave out, and what one leaves out and the other has not": {
    left: { a: "left-out", b: "left-out" },
    right: { a: "left-out", c: "left-out" },
    found: [],
  },
  "what this machine has in a place that no backup takes": {
    left: { a: "file 1", b: "left-out" },
    right: { a: "left-out", b: "left-out", c: "left-out" },
    rightIs: live,
    found: ["changed a"],
  },
  "what cannot be read, on one side or on both": {
    left: { a: "unreadable", b: "file 1", c: "unreadable", d: "unreadable" },
    right: { a: "file 1", b: "unreadable", c: "unreadable", e: "unreadable" },
    found: ["changed a", "changed b", "not-compared c", "removed d", "added e"],
  },
  "what is not there where a part is sealed": {
    left: { a: "file 1", b: "file 1", d: "file 1" },
    right: { b: "file 2", c: "file 1" },
    leftIs: partly,
    found: ["removed a", "changed b", "untold c", "removed d"],
  },
  "what is not there where a part of both is sealed": {
    left: { a: "file 1" },
    right: { c: "file 1" },
    leftIs: partly,
    rightIs: partly,
    found: ["untold a", "untold c"],
  },
  "a file that goes while it is looked at": {
    left: { a: "file 1" },
    right: { a: "goes while one looks" },
    found: ["removed a"],
  },
};

describe("two sides with", () => {
  it.each(Object.entries(cases))("%s", async (_what, { left, right, leftIs, rightIs, found }) => {
    expect(await findings(sideOf(left, leftIs), sideOf(right, rightIs))).toEqual(found);
  });
});

describe("a comparison", () => {
  it("that is stopped early closes both sides", async () => {
    const closed: string[] = [];
    function* endless(name: string): Generator<ComparedEntry> {
      try {
        for (let n = 0; ; n += 1) yield entryOf(`${name}/${String(n).padStart(9, "0")}`, "file 1");
      } finally {
        closed.push(name);
      }
    }
    const [left, right] = ["a", "b"].map((name) => ({ ...sideOf({}), entries: endless(name) }));
    const options = { owners: false, signal: new AbortController().signal };
    for await (const one of compareSides(left!, right!, options)) if (one.path.endsWith("9")) break;
    expect(closed.toSorted()).toEqual(["a", "b"]);
  });
});
