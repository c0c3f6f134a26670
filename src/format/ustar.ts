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

/** What is the same in all headers; its checksum counts that field's own eight bytes as spaces. */
const template = Buffer.alloc(blockBytes);
template.write("ustar\x0000", 257, 8, "latin1");
template.write("0000000", 329, 7, "latin1");
template.write("0000000", 337, 7, "latin1");
const templateSum = template.reduce((sum, byte) => sum + byte, 8 * 0x20);

/** Encodes one header at `at` of `into`, whatever is there (specification § Outer tar, § Inner tar). */
export function writeUstar(fields: UstarFields, into: Buffer, at: number): void {
  into.set(template, at);
  let sum = templateSum + writeText(fields.name, 100, into, at);
  sum += writeOctal(fields.mode, 7, into, at + 100);
  sum += writeOctal(fields.uid, 7, into, at + 108);
  sum += writeOctal(fields.gid, 7, into, at + 116);
  sum += writeOctal(fields.size, 11, into, at + 124);
  sum += writeOctal(fields.mtime, 11, into, at + 136);
  sum += writeText(fields.typeflag, 1, into, at + 156);
  sum += writeText(fields.linkname, 100, into, at + 157);
  sum += writeText(fields.uname, 31, into, at + 265);
  sum += writeText(fields.gname, 31, into, at + 297);
  writeOctal(sum, 6, into, at + 148);
  into[at + 155] = 0x20;
}

/** As much of a byte string as has room; returns the sum of its bytes. For so few of them a loop beats `write`. */
function writeText(text: string, bytesMax: number, into: Buffer, at: number): number {
  const length = Math.min(text.length, bytesMax);
  let sum = 0;
  for (let index = 0; index < length; index++) {
    const byte = text.charCodeAt(index) & 0xff;
    into[at + index] = byte;
    sum += byte;
  }
  return sum;
}

/** `digits` octal digits with leading zeros; the NUL after them is already there. Returns the sum of the bytes. */
function writeOctal(value: number, digits: number, into: Buffer, at: number): number {
  let sum = digits * 0x30;
  let rest = value;
  let index = digits - 1;
  for (; rest > 0x7fffffff && index >= 0; index--) {
    const digit = rest % 8;
    into[at + index] = 0x30 + digit;
    sum += digit;
    rest = Math.floor(rest / 8);
  }
  for (let bits = rest; index >= 0; index--) {
    into[at + index] = 0x30 + (bits & 7);
    sum += bits & 7;
    bits >>>= 3;
  }
  return sum;
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
