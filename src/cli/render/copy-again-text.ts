import type { CopyRange, VerifyReport } from "../../backup/reports.ts";
import { safe } from "../output.ts";
import { count, number, size } from "./units.ts";

/** Ranges that are shown, and that a command is shown for each. */
const shownRanges = 20;
const shownCommands = 3;

/** Which bytes of a whole copy make this one whole, and by which commands. */
export function copyAgainLines(report: VerifyReport): string[] {
  const { copyAgain } = report;
  const lines = [...rangeLines(report), ...trailingLines(report)];
  if (copyAgain.length === 0) return lines;
  return [...lines, ...commandLines(report)];
}

function rangeLines(report: VerifyReport): string[] {
  const { copyAgain, sizeBytes } = report;
  const tail = copyAgain.at(-1);
  const isCut = tail !== undefined && tail.offset === sizeBytes;
  const holes = isCut ? copyAgain.slice(0, -1) : copyAgain;
  const lines = holes.slice(0, shownRanges).map((range) => rangeLine(range, report));
  if (holes.length > shownRanges)
    lines.push(`  … and ${count(holes.length - shownRanges, "more byte range")}; --json names them all`);
  if (lines.length > 0) lines.unshift("Copy these bytes of the file again, or make a new backup:");
  const and =
    lines.length > 0 ? "copy it again from there, too" : "copy it again from there, or make a new backup";
  return isCut ? [...lines, `The file ends at byte ${number(sizeBytes)}: ${and}.`] : lines;
}

function rangeLine(
  { offset, length }: CopyRange,
  { badRanges, sizeBytes, expectedBytes }: VerifyReport,
): string {
  if (length === null) {
    const isPlace = expectedBytes !== null && expectedBytes !== sizeBytes;
    const why = isPlace
      ? `: what follows is not in its place; the file should have ${number(expectedBytes)} bytes`
      : "";
    return `  from byte ${number(offset)} to the end${why}`;
  }
  const what = kindsIn({ offset, length }, badRanges);
  return `  bytes ${number(offset)} to ${number(offset + length - 1)} (${size(length)}): ${what}`;
}

/** What is wrong in a range: all of it, or how much; more than that is copied where only the whole can be proved. */
function kindsIn(
  { offset, length }: { offset: number; length: number },
  badRanges: VerifyReport["badRanges"],
): string {
  const bytes = new Map<string, number>();
  for (const bad of badRanges) {
    const end = Math.min(offset + length, bad.offset + (bad.length ?? Infinity));
    const overlap = end - Math.max(offset, bad.offset);
    if (overlap > 0) bytes.set(bad.kind, (bytes.get(bad.kind) ?? 0) + overlap);
  }
  if (bytes.size === 0) return "not proved";
  const parts = [...bytes].map(([kind, sum]) => (sum < length ? `${size(sum)} of it ${kind}` : kind));
  return parts.join(", ");
}

function trailingLines({ badRanges, archive }: VerifyReport): string[] {
  return badRanges
    .filter(({ kind }) => kind === "trailing")
    .flatMap(({ offset, length }) => [
      `${count(length ?? 0, "byte")} too many follow the end of the archive, from byte ${number(offset)} on. Cut them off:`,
      `  truncate -s ${offset} ${shellName(archive)}`,
    ]);
}

function commandLines({ archive, copyAgain }: VerifyReport): string[] {
  const file = shellName(archive);
  const all = `  rsync -c --inplace --no-whole-file WHOLE-COPY ${file}`;
  if (copyAgain.length > shownCommands) return ["With a whole copy at hand:", all];
  return [
    "With a whole copy at hand:",
    ...copyAgain.map((range) => ddLine(range, file)),
    "or, also from another machine:",
    all,
  ];
}

function ddLine({ offset, length }: CopyRange, file: string): string {
  const dd = `  dd if=WHOLE-COPY of=${file} bs=1M`;
  // Without `conv=notrunc` what stands behind is cut off first.
  return length === null
    ? `${dd} iflag=skip_bytes oflag=seek_bytes skip=${offset} seek=${offset}`
    : `${dd} conv=notrunc iflag=skip_bytes,count_bytes oflag=seek_bytes skip=${offset} seek=${offset} count=${length}`;
}

/** As a shell takes it; a name that cannot be shown as it is, is not. */
function shellName(archive: string): string {
  if (archive === "-" || safe(archive) !== archive) return "FILE";
  return /^[\w@%+=:,./-]+$/.test(archive) ? archive : `'${archive.replaceAll("'", String.raw`'\''`)}'`;
}
