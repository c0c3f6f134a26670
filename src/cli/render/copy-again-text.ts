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
  const end = offset + length;
  const kinds = badRanges.filter((bad) => bad.offset < end && offset < bad.offset + (bad.length ?? Infinity));
  const what = [...new Set(kinds.map(({ kind }) => kind))].join(", ");
  return `  bytes ${number(offset)} to ${number(end - 1)} (${size(length)}): ${what === "" ? "not proved" : what}`;
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
