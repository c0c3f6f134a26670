import { createHash, hash } from "node:crypto";
import type { ByteSource } from "../bytes.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { limits } from "../limits.ts";
import { endMemberBytes, memberBytes, memberNames, outerTailBytes, parseSegmentName } from "../member.ts";
import { blockBytes, padded } from "../ustar.ts";
import { type BadBytes, type Span, kindOf, nonZero, spanEnd } from "./bad-bytes.ts";
import type { Container } from "./container.ts";
import { type FoundMember, type Gap, memberEnd } from "./members.ts";

/** What is wrong outside the segments' contents: gaps, small members, padding, bytes that are missing or too many. */
export async function outerFaults(source: ByteSource, container: Container): Promise<BadBytes[]> {
  return [
    ...(await gapFaults(source, container)),
    ...(await memberFaults(source, container)),
    ...(await paddingFaults(source, container)),
    ...missingBytes(container),
    ...tailFaults(source, container),
  ];
}

const nowhere = { section: undefined } as const;

async function gapFaults(source: ByteSource, container: Container): Promise<BadBytes[]> {
  const bad: BadBytes[] = [];
  const lost = lostSegments(container);
  for (const gap of container.gaps) {
    if (isCutHeader(container, gap)) continue;
    const trailing = trailingIn(container, source, gap);
    if (trailing !== undefined) bad.push(trailing);
    else
      for (const { section, ...span } of emptyParts(lost, gap))
        bad.push({ section, ...span, kind: await kindOf(source, span) });
  }
  for (const { offset, presentBytes } of container.strays) {
    const span = { offset, length: Math.min(memberBytes(presentBytes), source.sizeBytes - offset) };
    bad.push({ ...nowhere, ...span, kind: "damaged" });
  }
  return bad;
}

interface LostSegment extends Span {
  readonly section: SectionName;
}

/** The members of segments whose headers are lost, in the order of {@link emptyParts}, the last first. */
function lostSegments({ segments }: Container): LostSegment[] {
  return sectionNames
    .flatMap((section) =>
      segments[section]
        .filter(({ sha256 }) => sha256 === undefined)
        .map(({ offset, bytes }) => ({ section, offset: offset - blockBytes, length: memberBytes(bytes) })),
    )
    .sort((a, b) => b.offset - a.offset);
}

/** A gap but for the contents of the segments that lie in it: of these only the headers are known to be lost. */
function emptyParts(lost: LostSegment[], gap: Gap): (Span & { section: SectionName | undefined })[] {
  const parts: (Span & { section: SectionName | undefined })[] = [];
  let at = gap.offset;
  while (lost.length > 0 && lost.at(-1)!.offset < spanEnd(gap)) {
    const { section, ...member } = lost.pop()!;
    if (at < member.offset) parts.push({ ...nowhere, offset: at, length: member.offset - at });
    parts.push({ section, offset: member.offset, length: blockBytes });
    at = Math.min(spanEnd(gap), spanEnd(member));
  }
  if (at < spanEnd(gap)) parts.push({ ...nowhere, offset: at, length: spanEnd(gap) - at });
  return parts;
}

/** What follows an archive that is all there. */
function trailingIn({ found, end }: Container, source: ByteSource, gap: Gap): BadBytes | undefined {
  const last = found.members.at(-1);
  const isLast = gap.before === found.members.length;
  if (end === undefined || !isLast || last?.offset !== end.archiveBytes - endMemberBytes) return undefined;
  const length = source.sizeBytes - end.archiveBytes;
  return length > 0 ? { ...nowhere, offset: end.archiveBytes, length, kind: "trailing" } : undefined;
}

/** A tail too short for the member it begins: cut, not damaged. */
function isCutHeader({ found }: Container, { length, before }: Gap): boolean {
  return (
    length < blockBytes && before === found.members.length && found.members.at(-1)?.name !== memberNames.end
  );
}

/** Members whose contents are not what the digests there are say, or cannot be what they should. */
async function memberFaults(source: ByteSource, container: Container): Promise<BadBytes[]> {
  const { manifest, end, checksums } = container;
  const digests = new Map([
    [memberNames.manifest, checksums?.manifestSha256],
    [memberNames.header, end?.header.sha256],
    [memberNames.checksums, end?.checksums.sha256],
  ] as [string, string | undefined][]);
  const unread = new Set<string>();
  if (manifest === undefined) unread.add(memberNames.manifest);
  if (checksums === undefined) unread.add(memberNames.checksums);
  if (end === undefined) unread.add(memberNames.end);
  const bad: BadBytes[] = [];
  for (const { name, offset, sizeBytes, presentBytes } of container.found.members) {
    const content = { offset: offset + blockBytes, length: presentBytes };
    const dirty = name === memberNames.pad ? await nonZero(source, content) : undefined;
    if (dirty !== undefined) bad.push({ ...nowhere, ...dirty, kind: "damaged" });
    // What the end of the file cuts is only missing.
    const isCut = presentBytes < sizeBytes;
    if (sizeBytes === 0 || (isCut && spanEnd(content) >= source.sizeBytes)) continue;
    const sha256 = digests.get(name);
    const isWrong = sha256 === undefined ? unread.has(name) : isCut || !(await fits(source, content, sha256));
    if (isWrong) bad.push({ ...nowhere, ...content, kind: await kindOf(source, content) });
  }
  return [...bad, ...(await extensionFaults(source, container)), ...(await endFaults(source, container))];
}

/** The two zero blocks after `end`, where something follows them. */
async function endFaults(source: ByteSource, { found, end }: Container): Promise<BadBytes[]> {
  const last = found.members.at(-1);
  if (end === undefined || last?.name !== memberNames.end) return [];
  const offset = last.offset + endMemberBytes - outerTailBytes;
  if (source.sizeBytes <= offset + outerTailBytes) return [];
  const dirty = await nonZero(source, { offset, length: outerTailBytes });
  return dirty === undefined ? [] : [{ ...nowhere, ...dirty, kind: "damaged" }];
}

/** None of the small members is larger than manifest.json may be. */
async function fits(source: ByteSource, { offset, length }: Span, sha256: string): Promise<boolean> {
  if (length > limits.manifestBytes) return false;
  return hash("sha256", await source.read(offset, length), "hex") === sha256;
}

/** Extension members are covered by one digest: they are right, all of them, or nobody knows which is not. */
async function extensionFaults(source: ByteSource, { found, checksums }: Container): Promise<BadBytes[]> {
  const members = found.members.filter(({ name }) => name.startsWith("ext/"));
  const first = members[0];
  if (first === undefined || checksums === undefined) return [];
  const length = memberEnd(members.at(-1)!) - first.offset;
  if (length > checksums.extensions.bytes || first.offset + length > source.sizeBytes) return [];
  const digest = createHash("sha256");
  const step = 1024 * 1024;
  for (let at = 0; at < length; at += step)
    digest.update(await source.read(first.offset + at, Math.min(step, length - at)));
  if (digest.digest("hex") === checksums.extensions.sha256) return [];
  return [{ ...nowhere, offset: first.offset, length, kind: "damaged" }];
}

async function paddingFaults(source: ByteSource, { found, segments }: Container): Promise<BadBytes[]> {
  const bad: BadBytes[] = [];
  const lost = sectionNames.flatMap((name) => segments[name].filter(({ sha256 }) => sha256 === undefined));
  const contents = [
    ...found.members.map(({ offset, sizeBytes, presentBytes }) => ({
      offset: offset + blockBytes,
      bytes: sizeBytes,
      presentBytes,
    })),
    ...lost,
  ].sort((a, b) => a.offset - b.offset);
  for (const [at, { offset, bytes, presentBytes }] of contents.entries()) {
    if (presentBytes < bytes) continue;
    const next = contents[at + 1];
    const end = Math.min(offset + padded(bytes), next ? next.offset - blockBytes : source.sizeBytes);
    const padding = { offset: offset + bytes, length: end - offset - bytes };
    const dirty = padding.length > 0 ? await nonZero(source, padding) : undefined;
    if (dirty !== undefined) bad.push({ ...nowhere, ...dirty, kind: "damaged" });
  }
  return bad;
}

/** Bytes that are missing between two members: the second lies further ahead than it should. */
function missingBytes({ found, layout, gaps, strays }: Container): BadBytes[] {
  const bad: BadBytes[] = [];
  const gapBefore = new Map(gaps.map((gap) => [gap.before, gap.offset]));
  const ignored = new Set(strays);
  let shift = 0;
  let short = 0;
  let gapAt: number | undefined;
  let previous: FoundMember | undefined;
  for (const [at, member] of found.members.entries()) {
    gapAt ??= gapBefore.get(at);
    if (ignored.has(member)) continue;
    const missing = previous === undefined ? 0 : memberEnd(previous) - member.offset;
    if (previous !== undefined && missing > 0) {
      bad.push({ section: sectionOf(previous), offset: member.offset, length: missing, kind: "missing" });
      short += missing;
    }
    previous = member;
    const here = layout.shiftOf(member);
    if (here === undefined) continue;
    const length = shift - here - short;
    const offset = gapAt ?? member.offset;
    if (length > 0) bad.push({ section: sectionOf(member), offset, length, kind: "missing" });
    shift = here;
    short = 0;
    gapAt = undefined;
  }
  return bad;
}

function sectionOf({ name }: FoundMember): SectionName | undefined {
  return parseSegmentName(name)?.section;
}

/** The end member says what should be here; a lost one means a lost tail, unless bytes stand in its place. */
function tailFaults(source: ByteSource, { found, end }: Container): BadBytes[] {
  const { members, gaps } = found;
  const last = members.at(-1);
  const at = { ...nowhere, offset: source.sizeBytes };
  if (last?.name === memberNames.end && end !== undefined) {
    const missing = last.offset + endMemberBytes - source.sizeBytes;
    return missing > 0 ? [{ ...at, length: missing, kind: "missing" }] : [];
  }
  // What is wrong in an `end` that is there is said where it stands.
  if (last?.name === memberNames.end && last.presentBytes === last.sizeBytes) return [];
  const tail = gaps.at(-1);
  if (tail?.before === members.length && tail.length >= endMemberBytes) return [];
  return [{ ...at, length: undefined, kind: "missing" }];
}
