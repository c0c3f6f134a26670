import { expect } from "vitest";
import { type SectionName, sectionNames } from "../../src/format/entry.ts";
import { incompressible } from "./archives.ts";
import { type SectionAnatomy, anatomyOf, isBefore, recordsOf } from "./anatomy.ts";
import { type TestKey, draftEntry, hostile } from "./hostile.ts";
import { offsetOf } from "./members.ts";
import { outcome, report } from "./read.ts";

export interface Specimen {
  readonly bytes: Buffer;
  readonly key: TestKey;
  readonly anatomy: Record<SectionName, SectionAnatomy>;
}

/** A small archive of which every plain entry has a frame of its own, and where files begin in one frame and end in another. */
export function specimen(
  key: TestKey,
  { plainBytes, sealedBytes }: { plainBytes: number; sealedBytes: number },
): Specimen {
  const bytes = hostile(key, {
    manifest: (manifest) => void (manifest["archiveId"] = "0c".repeat(15)),
    plain: (draft) => {
      draft.entries.push(
        draftEntry("workspace.main/zz", incompressible(plainBytes)),
        draftEntry("workspace.main/zzz", "last"),
      );
      draft.frames = splitEntries;
    },
    sealed: (draft) => {
      draft.entries.unshift(
        draftEntry("a", { directory: true }),
        draftEntry("a/big", incompressible(sealedBytes)),
      );
      draft.section["roots"] = [{ id: "a", sourcePath: "/a" }];
      draft.frames = splitEntries;
    },
  });
  return { bytes, key, anatomy: anatomyOf(bytes, key.fileKey) };
}

/** For a draft: each entry of a section in frames of its own. */
export function splitEntries(contents: Buffer[]): Buffer[] {
  return contents.flatMap((content, at) => (at === 2 ? recordFrames(content) : [content]));
}

/** Each record in frames of its own, large ones in several: as the writer cuts them, only smaller. */
function recordFrames(tar: Buffer): Buffer[] {
  return recordsOf(tar).flatMap(({ at: [from, to] }) => {
    const record = tar.subarray(from, Math.ceil(to / 512) * 512);
    return Array.from({ length: Math.ceil(record.length / 8192) }, (_, at) =>
      record.subarray(at * 8192, (at + 1) * 8192),
    );
  });
}

/** What the report on an archive cut after `cut` bytes says, and what is really there. */
export async function toldAndTrue(
  { bytes, key, anatomy }: Specimen,
  cut: number,
): Promise<{ told: object; true: object }> {
  const told = await report(bytes.subarray(0, cut), key);
  return {
    told: {
      verdict: told.verdict,
      missingFrom: told.findings?.filter(({ code }) => code === "missing").map(({ offset }) => offset),
      presentBytes: told.sections?.map((section) => section.presentBytes),
      whole: told.sections?.map(({ entries }) => entries.whole),
      notCutOrMissing: told.sections?.map(({ entries }) => entries.damaged + entries.unknown),
      lost: told.conditions?.map(({ path }) => path).toSorted(),
    },
    true: {
      verdict: "partial",
      missingFrom: [cut],
      presentBytes: sectionNames.map((name) => presentBytes(anatomy[name], cut)),
      whole: sectionNames.map((name) => wholeBefore(anatomy[name], cut)),
      notCutOrMissing: [0, 0],
      lost: sectionNames.flatMap((name) => lostAfter(anatomy[name], cut)).toSorted(),
    },
  };
}

function presentBytes({ segments }: SectionAnatomy, cut: number): number {
  return segments.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, cut) - from), 0);
}

function wholeBefore(there: SectionAnatomy, cut: number): number {
  return isBefore(there.inventory, cut) ? there.entries.length - lostAfter(there, cut).length : 0;
}

/** The planned entries that are not whole; without the inventory nobody knows them. */
function lostAfter({ entries, inventory }: SectionAnatomy, cut: number): string[] {
  if (!isBefore(inventory, cut)) return [];
  return entries.filter((entry) => !isBefore(entry, cut)).map(({ path }) => path);
}

export interface Changes {
  readonly level: "intact" | "full";
  readonly places: Iterable<number>;
}

/** The places of an archive, tried one by one, at which a changed bit goes unnoticed. */
export async function unnoticedChanges(
  whole: Buffer,
  key: TestKey,
  { level, places }: Changes,
): Promise<number[]> {
  const bytes = Buffer.from(whole);
  expect(await outcome(bytes, key, level)).toBe(level);
  const unnoticed: number[] = [];
  for (const at of places) {
    const bit = 1 << Math.floor(Math.random() * 8);
    bytes[at]! ^= bit;
    if (["complete", "intact", "full"].includes(await outcome(bytes, key, level))) unnoticed.push(at);
    bytes[at]! ^= bit;
  }
  return unnoticed;
}

/** Every `step`-th place of an archive, fewer in the zeros after the age header, which are most of a small one. */
export function* steppedPlaces(bytes: Buffer, step: number, padStep: number): Generator<number> {
  const pad = offsetOf(bytes, "pad") + 512;
  const padEnd = offsetOf(bytes, /^sealed\/000001/) - padStep;
  let at = Math.floor(Math.random() * step);
  for (; at < bytes.length; at += at > pad && at < padEnd ? padStep : step) yield at;
}
