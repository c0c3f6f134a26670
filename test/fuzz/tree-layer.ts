import { hash } from "node:crypto";
import type { StoredLine } from "../../src/format/entry.ts";
import { encodeIndexLine } from "../../src/format/encode-line.ts";
import { parseIndexLine } from "../../src/format/index-line.ts";
import { encodeEntryHeader } from "../../src/format/inner-tar.ts";
import { incompressible } from "../support/archives.ts";
import { type DraftEntry, type SectionDraft, draftEntry } from "../support/hostile.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { type Json, mutateJson, mutateJsonText } from "./mutate-json.ts";
import type { Rng } from "./rng.ts";
import { type Step, after, inSection } from "./steps.ts";
import { withChecksums } from "../support/tar-checksum.ts";

type Bend = (draft: SectionDraft, rng: Rng) => void;

function step(name: string, bend: Bend): (rng: Rng) => Step {
  return (rng) => inSection(name, rng.pick(["plain", "sealed"]), (draft) => bend(draft, rng));
}

/** Changes one of the entries, if there is any. */
function entryStep(name: string, bend: (entry: DraftEntry, rng: Rng, draft: SectionDraft) => void) {
  return step(name, (draft, rng) => {
    if (draft.entries.length > 0) bend(rng.pick(draft.entries), rng, draft);
  });
}

/** A line changed as JSON and read again: header, content and offsets follow it, so that much of this is a real archive. */
const lineJson = entryStep("entry as a whole", (entry, rng) => {
  for (let tries = 0; tries < 20; tries++) {
    try {
      const value = JSON.parse(encodeIndexLine(entry.line)) as Json;
      const line = parseIndexLine(encodeSorted(mutateJson(value, rng)));
      if (line.type === "file" && "size" in line && !("absent" in line)) {
        if (line.size > 1_000_000) continue;
        entry.content = Buffer.concat([entry.content, incompressible(line.size)]).subarray(0, line.size);
        if ("validBytes" in line) entry.content.fill(0, line.validBytes);
        Object.assign(line, { sha256: hash("sha256", entry.content, "hex") });
      } else entry.content = Buffer.alloc(0);
      entry.line = line;
      return;
    } catch {
      // Not a line: another change is tried.
    }
  }
});

function encodeSorted(value: Json): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`).join(",")}}`;
}

/** The text of one line, all around it fitting. */
function textStep(which: "index" | "inventory") {
  return step(`${which} line`, (draft, rng) => {
    after(draft, which, (lines) => {
      if (lines.length === 0) return [`${mutateJsonText("{}", rng)}\n`];
      const at = rng.int(lines.length);
      const line = lines[at]!;
      return rng.weighted<() => string[]>([
        [8, () => lines.with(at, `${mutateJsonText(line.slice(0, -1), rng)}\n`)],
        [1, () => lines.toSpliced(at, 1)],
        [1, () => lines.toSpliced(at, 0, line)],
        [1, () => lines.toSpliced(at, 1).toSpliced(rng.int(lines.length), 0, line)],
        [
          1,
          () =>
            lines.with(at, rng.pick(["", "\n", line.slice(0, -1), `${line}\n`, line.replace("\n", "\r\n")])),
        ],
      ])();
    });
  });
}

/** Fields that only mean something beside others. */
const meaning = entryStep("entry's meaning", (entry, rng, { entries }) => {
  const other = rng.pick(entries);
  const set = (fields: object): void =>
    void (entry.line = { ...entry.line, ...fields } as DraftEntry["line"]);
  rng.pick([
    () => set({ path: other.line.path }),
    () => set({ path: `${other.line.path}/x` }),
    () => set({ type: "hardlink", link: other.line.path }),
    () => set({ type: "symlink", target: rng.pick(["..", "/etc", "a", "x".repeat(150), "\xff"]) }),
    () => set({ type: "directory" }),
    () => set({ type: rng.pick(["file", "directory", "symlink", "hardlink"]) }),
    () => set({ status: rng.pick(["moved", "vanished", "unreadable", "changed", "database", "excluded:x"]) }),
    () => set({ absent: true }),
    () => set({ sha256: "0".repeat(64) }),
    () => set({ size: entry.content.length + rng.pick([-1, 1, 512]) }),
    () => set({ validBytes: rng.int(entry.content.length + 2) }),
    () => void (entry.offset = rng.pick([-512, -1, 1, 512])),
    () => void (entry.unplanned = true),
    () => void (entry.unwritten = true),
    () => void (entry.padding = Buffer.alloc(rng.pick([0, 511, 512, 1024]), rng.int(2))),
    () => void (entry.content = mutateBytes(entry.content, rng)),
  ])();
});

const order = entryStep("entries' order", (entry, rng, { entries }) => {
  const at = entries.indexOf(entry);
  const to = rng.int(entries.length);
  rng.pick([
    () => entries.splice(to, 0, ...entries.splice(at, 1)),
    () => entries.splice(to, 0, { ...entry }),
    () => entries.splice(at, 1),
  ])();
});

/** The header before an entry, as bytes; offsets and sizes follow it. */
const header = entryStep("entry header", (entry, rng) => {
  const bytes = encodeEntryHeader(entry.line as StoredLine);
  entry.header = rng.once(2) ? mutateBytes(bytes, rng) : withChecksums(mutateBytes(bytes, rng));
});

/** New entries of any name, in their places. */
const added = step("more entries", (draft, rng) => {
  const root = draft.entries[0]?.line.path ?? "workspace.main";
  const names = [
    "a",
    "a-b",
    "\u202e",
    "line\nfeed",
    "x".repeat(255),
    ".",
    "CON",
    "a\u0301",
    "ocbak.tar",
    "-rf",
  ];
  for (let more = rng.between(1, 5); more > 0; more--) {
    const content = rng.once(3) ? nested(rng) : rng.bytes(rng.pick([0, 1, 511, 512, 513]));
    draft.entries.push(draftEntry(`${root}/${rng.pick(names)}${more}`, content));
  }
  draft.entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
});

/** A content that is a tar itself. */
function nested(rng: Rng): Buffer {
  const { line, content } = draftEntry("workspace.main/MEMORY.md", rng.bytes(20));
  return Buffer.concat([encodeEntryHeader(line as StoredLine), content, Buffer.alloc(492)]);
}

function key({ line }: DraftEntry): string {
  return line.path.replaceAll("/", "\0");
}

const sectionJson = step("section.json", (draft, rng) => {
  draft.section = mutateJson(draft.section as Json, rng) as SectionDraft["section"];
});

const closeJson = step("close.json", (draft, rng) => {
  draft.close = (close) => {
    const changed = mutateJson(close as Json, rng);
    for (const key of Object.keys(close)) delete close[key];
    Object.assign(close, changed);
  };
});

const controlPadding = step("control padding", (draft, rng) => {
  const which = rng.pick(["section", "inventory", "index", "close"] as const);
  draft.padding[which] = Buffer.alloc(rng.pick([0, 1, 511, 512]), rng.int(2));
});

export const lineLayer = [
  [8, lineJson],
  [6, textStep("index")],
  [4, textStep("inventory")],
  [8, meaning],
  [3, order],
  [3, header],
  [3, added],
  [2, sectionJson],
  [2, closeJson],
  [1, controlPadding],
] as const;
