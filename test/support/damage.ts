import type { SectionName } from "../../src/format/entry.ts";
import { sectionNames } from "../../src/format/entry.ts";
import { nonceBytes } from "../../src/format/seal/payload.ts";
import { surveyArchive } from "../../src/format/survey/survey.ts";
import { memorySource } from "./archives.ts";
import { type Part, type Range, isClearOf } from "./anatomy.ts";
import type { Specimen } from "./cuts.ts";
import { membersOf } from "./members.ts";
import { type Report, report } from "./read.ts";

/** One thing done to a copy. Bytes of the whole file, from and up to. */
export interface Damage {
  readonly kind: "zeros" | "flip" | "drop" | "double";
  readonly range: Range;
}

/** A copy with the range filled with zeros, its bits turned over, taken out, or there twice. */
export function damaged(bytes: Buffer, { kind, range: [from, to] }: Damage): Buffer {
  if (kind === "drop") return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind === "double") return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  const copy = Buffer.from(bytes);
  if (kind === "zeros") copy.fill(0, from, to);
  else for (let at = from; at < to; at++) copy[at] = copy[at]! ^ 0xa5;
  return copy;
}

/** What a report on a damaged copy says wrongly, by an account of the damage that does not ask the reader. */
export async function falseSayings(
  whole: Specimen,
  damage: Damage,
  level: "intact" | "full",
): Promise<string[]> {
  const copy = damaged(whole.bytes, damage);
  if (copy.equals(whole.bytes)) return [];
  const told = await report(copy, whole.key, level);
  const truth = truthOf(whole, damage, level);
  return [
    ...(told.verdict === "damaged" || told.verdict === "partial" ? [] : [`the verdict is ${told.verdict}`]),
    ...(mended(copy, told, whole.bytes).equals(whole.bytes) ? [] : ["what is copied again does not mend it"]),
    ...truth.excess(told),
    ...sectionNames.flatMap((name) => falseOf(name, told, truth.lost[name])),
  ];
}

/** The copy after what the report asks for was done. */
function mended(copy: Buffer, { copyAgain = [], expectedBytes }: Report, whole: Buffer): Buffer {
  let result = copy;
  for (const { offset, length } of copyAgain) {
    const part = whole.subarray(offset, length === null ? undefined : offset + length);
    const after = length === null ? Buffer.alloc(0) : result.subarray(offset + length);
    result = Buffer.concat([result.subarray(0, offset), part, after]);
  }
  return expectedBytes === null || expectedBytes === undefined ? result : result.subarray(0, expectedBytes);
}

/** The entries of a section that the damage must have cost, and those it may have; undefined where nothing can be told of them. */
interface Lost {
  readonly must: ReadonlySet<string>;
  readonly may: ReadonlySet<string>;
  readonly all: number;
}

function falseOf(name: SectionName, told: Report, lost: Lost | "unsure" | undefined): string[] {
  if (lost === "unsure") return [];
  const section = told.sections!.find((one) => one.name === name)!;
  const named = told.conditions!.filter((one) => one.section === name).map(({ path }) => path);
  const { whole, cut, missing, damaged: wrong, unknown } = section.entries;
  if (lost === undefined) return whole === 0 ? [] : [`${whole} ${name} entries are called whole`];
  const said = new Set(named);
  return [
    ...[...lost.must].filter((path) => !said.has(path)).map((path) => `${path} is called whole`),
    ...named.filter((path) => !lost.may.has(path)).map((path) => `${path} is not called whole`),
    ...(whole + named.length === lost.all
      ? []
      : [`${whole} + ${named.length} are not ${lost.all} of ${name}`]),
    ...(cut + missing + wrong === named.length && unknown === 0
      ? []
      : [`the counts of ${name} do not add up`]),
  ];
}

interface Truth {
  readonly lost: Readonly<Record<SectionName, Lost | "unsure" | undefined>>;
  /** What is copied again though it lies in no piece that the damage touches. */
  readonly excess: (told: Report) => string[];
}

function truthOf(whole: Specimen, damage: Damage, level: "intact" | "full"): Truth {
  const changed = changedBy(whole.bytes, damage);
  const shifted = damage.kind === "drop" || damage.kind === "double";
  const key = level === "full" && isSealOpen(whole, changed);
  // What is there twice may be whole once, and an age header is found behind bytes that are gone.
  const unopened = level === "full" && shifted ? "unsure" : undefined;
  return {
    lost: {
      plain: lostOf(whole, "plain", changed, shifted),
      sealed: key ? lostOf(whole, "sealed", changed, shifted) : unopened,
    },
    excess: (told) => (shifted ? excessOfShifted(told, changed) : excessOf(whole, told, { changed, key })),
  };
}

/** From the first to the last byte that is not what it was; of what is shifted, to the end of the member it ends in. */
function changedBy(bytes: Buffer, damage: Damage): Range {
  const copy = damaged(bytes, damage);
  const { kind } = damage;
  let [from, to] = damage.range;
  if (kind === "drop" || kind === "double") {
    if (kind === "double") from = to;
    while (copy[from] === bytes[from]) from++;
    return [from, memberRanges(bytes).find(([, end]) => end >= to)?.[1] ?? bytes.length];
  }
  while (copy[from] === bytes[from]) from++;
  while (copy[to - 1] === bytes[to - 1]) to--;
  return [from, to];
}

function memberRanges(bytes: Buffer): Range[] {
  let at = 0;
  return membersOf(bytes).map(({ content }): Range => {
    const from = at;
    at += 512 + Math.ceil(content.length / 512) * 512;
    return [from, at];
  });
}

function memberContent(bytes: Buffer, name: string): Range {
  const index = membersOf(bytes).findIndex((member) => member.name === name);
  const [from] = memberRanges(bytes)[index]!;
  return [from + 512, from + 512 + membersOf(bytes)[index]!.content.length];
}

function touches([from, to]: Range, [badFrom, badTo]: Range): boolean {
  return from < badTo && badFrom < to;
}

/** Without age header or nonce no key helps. */
function isSealOpen({ bytes, anatomy }: Specimen, changed: Range): boolean {
  const nonce = anatomy.sealed.segments[0]![0];
  return (
    !touches(memberContent(bytes, "sealed/000000"), changed) && !touches([nonce, nonce + nonceBytes], changed)
  );
}

function lostOf(
  { bytes, anatomy }: Specimen,
  name: SectionName,
  changed: Range,
  shifted: boolean,
): Lost | undefined {
  const { entries, inventory, parts, segments } = anatomy[name];
  const isClear = (part: Part): boolean => isClearOf(part, changed);
  const after = parts.slice(parts.findIndex(({ path }) => path.endsWith("/index.jsonl")));
  const tail: Range = [after[0]!.ranges[0]![0], segments.at(-1)![1]];
  const sums = memberRanges(bytes).slice(-2);
  const isIndexHere = !touches(tail, changed) && !sums.some((range) => touches(range, changed));
  if (!isIndexHere && !isClear(inventory)) return undefined;
  const touched = new Set(entries.filter((entry) => !isClear(entry)).map(({ path }) => path));
  // What is shifted inside the frames of a file that is lost may be read all the same.
  return { must: shifted ? new Set() : touched, may: touched, all: entries.length };
}

function excessOfShifted({ copyAgain = [] }: Report, [from]: Range): string[] {
  const [first] = copyAgain;
  return first === undefined || copyAgain.length > 1 || first.length !== null || first.offset > from
    ? [`what is shifted from ${from} on is to be copied again from ${first?.offset}`]
    : [];
}

function excessOf(
  whole: Specimen,
  { copyAgain = [] }: Report,
  { changed, key }: { changed: Range; key: boolean },
): string[] {
  const touched = unitsOf(whole, key)
    .filter((unit) => unit.some((range) => touches(range, changed)))
    .flat();
  return copyAgain
    .map(({ offset, length }): Range => [offset, length === null ? whole.bytes.length : offset + length])
    .filter((range) => !isCovered(range, touched) && !isHidden(whole, range, changed))
    .map(([from, to]) => `${from} to ${to} are to be copied again`);
}

/** The smallest pieces of which a reader can tell whether they are right. */
function unitsOf({ bytes, anatomy }: Specimen, key: boolean): (readonly Range[])[] {
  const { plain, sealed } = anatomy;
  const contents = [...plain.segments, ...sealed.segments];
  const members = memberRanges(bytes);
  members.push([members.pop()![0], bytes.length]);
  const outside = members.flatMap(([from, to]): Range[] => {
    const segment = contents.find(([start]) => start === from + 512);
    if (segment === undefined) return [[from, to]];
    const [start, end] = segment;
    const around: Range[] = [
      [from, start],
      [end, to],
    ];
    return around;
  });
  const pieces = key ? sealed.pieces : sealed.segments.map(withHeader);
  return [...outside.map((range) => [range]), ...plain.pieces, ...pieces];
}

/** Where the name is lost, too, only the digests of all other segments can prove a content. */
function withHeader([from, to]: Range): Range[] {
  return [[from - 512, to]];
}

/** A changed byte of a frame that decodes to the same leaves only the segment's digest to tell. */
function isHidden({ anatomy }: Specimen, [from, to]: Range, changed: Range): boolean {
  return anatomy.plain.segments.some(
    ([start, end]) =>
      start === from &&
      end === to &&
      start <= changed[0] &&
      changed[1] <= end &&
      changed[1] - changed[0] < 16,
  );
}

function isCovered([from, to]: Range, units: readonly Range[]): boolean {
  let at = from;
  for (const [start, end] of units.toSorted((a, b) => a[0] - b[0])) if (start <= at && at < end) at = end;
  return at >= to;
}

/** Entries that are called whole and are not what they were. */
export async function falselyWhole(
  whole: Specimen,
  damage: Damage,
  level: "intact" | "full",
): Promise<string[]> {
  const truth = await contentsOf(whole, whole.bytes, level);
  const told = await contentsOf(whole, damaged(whole.bytes, damage), level);
  return [...told].filter(([path, content]) => truth.get(path) !== content).map(([path]) => path);
}

async function contentsOf(
  { key }: Specimen,
  bytes: Buffer,
  level: "intact" | "full",
): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  let parts: Buffer[] = [];
  const keys = level === "full" ? { identities: [key.identity] } : undefined;
  await surveyArchive(memorySource(bytes), keys, {
    begin: () => void (parts = []),
    content: (part) => void parts.push(Buffer.from(part)),
    end: (line, verdict) =>
      void (verdict === "whole" && contents.set(line.path, Buffer.concat(parts).toString("base64"))),
  });
  return contents;
}
