/** A tar block and everything is padded to it. */
export const blockBytes = 512;

export function padded(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

/** The fields of a POSIX ustar header. Texts are byte strings that fit their fields. */
export interface UstarFields {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly typeflag: string;
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
}

/** The most a field of that many octal digits holds. */
export const octal7Max = 0o7777777;
export const octal11Max = 0o77777777777;

/** Encodes one header at `at` of `into`, which is zero there (specification § Outer tar, § Inner tar). */
export function writeUstar(fields: UstarFields, into: Buffer, at: number): void {
  into.write(fields.name, at, 100, "latin1");
  writeOctal(fields.mode, 7, into, at + 100);
  writeOctal(fields.uid, 7, into, at + 108);
  writeOctal(fields.gid, 7, into, at + 116);
  writeOctal(fields.size, 11, into, at + 124);
  writeOctal(fields.mtime, 11, into, at + 136);
  into.write(fields.typeflag, at + 156, 1, "latin1");
  into.write(fields.linkname, at + 157, 100, "latin1");
  into.write("ustar\x0000", at + 257, 8, "latin1");
  into.write(fields.uname, at + 265, 31, "latin1");
  into.write(fields.gname, at + 297, 31, "latin1");
  writeOctal(0, 7, into, at + 329);
  writeOctal(0, 7, into, at + 337);
  writeChecksum(into, at);
}

/** `digits` octal digits with leading zeros; the NUL after them is already there. */
function writeOctal(value: number, digits: number, into: Buffer, at: number): void {
  let rest = value;
  for (let index = digits - 1; index >= 0; index--) {
    into[at + index] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

function writeChecksum(into: Buffer, at: number): void {
  // The checksum counts its own eight bytes as spaces.
  let sum = 8 * 0x20;
  for (let index = at; index < at + blockBytes; index++) sum += into[index]!;
  writeOctal(sum, 6, into, at + 148);
  into[at + 155] = 0x20;
}

/** The number in an octal field of `digits` digits and a NUL, or undefined where it is anything else. */
export function readOctal(block: Buffer, at: number, digits: number): number | undefined {
  const text = block.toString("latin1", at, at + digits);
  return /^[0-7]+$/.test(text) && block[at + digits] === 0 ? Number.parseInt(text, 8) : undefined;
}

/** The text of a NUL-padded field. */
export function readField(block: Buffer, at: number, length: number): string {
  const text = block.toString("latin1", at, at + length);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

export function isZero(bytes: Uint8Array): boolean {
  // Called for every padding: `every` and its callback take ten times as long.
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
