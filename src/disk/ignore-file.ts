import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import ignore, { type Ignore } from "ignore";
import { troubleOf } from "./stat.ts";

export const ignoreFileName = ".ocbakignore";
const bytesMax = 1024 * 1024;
/** `allowRelativePaths` only spares a check: paths are always relative and clean. */
const options = { ignoreCase: false, allowRelativePaths: true } as const;

/** Brackets and escapes that the library reads as git does; others would leave out what git keeps, or the other way. */
const wellRead = /\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[\w.])+\]|^!?\\[#!]|\\ /g;

export const misreadReason = "the line is not applied: ocbak would read it otherwise than git does";

/** What the patterns of one file say of the paths below its folder, in the syntax of gitignore. */
export class IgnoreFile {
  readonly #rules: Ignore;
  /** Lines that are not applied. */
  readonly refused: readonly string[];

  constructor(text: string) {
    const lines = linesOf(text);
    const usable = lines.filter(isUsable);
    this.refused = lines.filter((line) => !usable.includes(line)).map(textOfMatchable);
    this.#rules = ignore(options).add(usable);
  }

  /**
   * For the names in a folder `depth` levels below that of the file. Folders on the way are held to be kept: whoever walks
   * is there already, maybe for a deeper file brought them back, and the library would ask for them again.
   */
  rulesAt(depth: number): Ignore {
    const kept = Array.from({ length: depth }, (_, level) => `!/${"*/".repeat(level + 1)}`);
    return ignore(options).add(this.#rules).add(kept);
  }
}

/** Bytes as text that the library takes letter by letter: in Latin-1 some of them would be white space. */
export function matchable(bytes: string): string {
  return bytes.replaceAll(/[\x80-\xff]/g, (byte) => String.fromCharCode(byte.charCodeAt(0) + 0xe000));
}

function textOfMatchable(text: string): string {
  const bytes = text.replaceAll(/[\ue080-\ue0ff]/g, (char) =>
    String.fromCharCode(char.charCodeAt(0) - 0xe000),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const byteOrderMark = "\xef\xbb\xbf";

function linesOf(bytes: string): string[] {
  const text = bytes.startsWith(byteOrderMark) ? bytes.slice(byteOrderMark.length) : bytes;
  return matchable(text)
    .split(/\r?\n/)
    .map((line) => line.replace(/(?<!\\) +$/, ""))
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

function isUsable(line: string): boolean {
  const isMisread = /[[\\]/.test(line.replace(wellRead, ""));
  if (isMisread || hasDescendingRange(line)) return false;
  try {
    ignore(options).add(line).test("x");
    return true;
  } catch {
    return false;
  }
}

function hasDescendingRange(line: string): boolean {
  return Array.from(line.matchAll(/(\w)-(\w)(?=[^[]*\])/g)).some(([, from, to]) => from! > to!);
}

/** The ignore file of a folder, or why it is not heeded. Never follows a link, never waits. */
export function readIgnoreFile(folder: string): IgnoreFile | string {
  const path = Buffer.from(`${folder}/${ignoreFileName}`, "latin1");
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return "it is no regular file";
    if (stats.size > bytesMax) return "it is larger than 1 MiB";
    return new IgnoreFile(readFileSync(fd, "latin1"));
  } catch (error) {
    const trouble = troubleOf(error);
    return trouble === "ELOOP" ? "it is a symbolic link" : `it cannot be read (${trouble})`;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
