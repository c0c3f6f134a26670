import { decodeBase64Unpadded, encodeBase64Unpadded } from "../base64.ts";
import { FormatError } from "../errors.ts";
import { limits } from "../limits.ts";

/** One recipient's part of an age header (age.md § Recipient stanza). */
export interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Buffer;
}

export interface AgeHeader {
  readonly stanzas: readonly Stanza[];
  readonly mac: Buffer;
  /** Bytes of the header, up to and including the line feed after the MAC. */
  readonly headerBytes: number;
}

/** What remains of the header region beside the outer headers of the age header's member and of the pad. */
export const ageHeaderBytesMax = limits.headerRegionBytes - 2 * 512;

const versionLine = "age-encryption.org/v1";
const bodyColumns = 64;
const macBytes = 32;

/** The bytes the MAC is taken over: all up to and including the `---`. */
export function encodeWithoutMac(stanzas: readonly Stanza[]): Buffer {
  return Buffer.from(`${versionLine}\n${stanzas.map(encodeStanza).join("")}---`, "latin1");
}

export function encodeAgeHeader(stanzas: readonly Stanza[], mac: Uint8Array): Buffer {
  const macText = Buffer.from(` ${encodeBase64Unpadded(mac)}\n`, "latin1");
  return Buffer.concat([encodeWithoutMac(stanzas), macText]);
}

function encodeStanza(stanza: Stanza): string {
  const body = encodeBase64Unpadded(stanza.body);
  // A body that fills its last line is followed by an empty one: the short line is what ends a stanza.
  const lines = [];
  for (let at = 0; at <= body.length; at += bodyColumns) lines.push(body.slice(at, at + bodyColumns));
  return `${["->", stanza.type, ...stanza.args].join(" ")}\n${lines.join("\n")}\n`;
}

/**
 * Reads the age v1 header that `bytes` begins with; what follows it is not looked at. Strict: encoding the result
 * gives the same bytes. Throws `bad-age-header`, or `limit-exceeded` for one that does not fit its region.
 */
export function decodeAgeHeader(bytes: Uint8Array): AgeHeader {
  const lines = new Lines(bytes);
  if (lines.next() !== versionLine) throw broken("is not of version 1");
  const stanzas: Stanza[] = [];
  let line = lines.next();
  while (line.startsWith("-> ")) {
    stanzas.push(decodeStanza(line, lines));
    line = lines.next();
  }
  if (stanzas.length === 0) throw broken("has no stanza");
  return { stanzas, mac: decodeMacLine(line), headerBytes: lines.offset };
}

function decodeStanza(line: string, lines: Lines): Stanza {
  const [type, ...args] = line.slice(3).split(" ");
  if (![type!, ...args].every((arg) => /^[\x21-\x7e]+$/.test(arg))) throw broken("has a bad stanza");
  const body: Buffer[] = [];
  let text: string;
  do {
    text = lines.next();
    if (text.length > bodyColumns) throw broken("has a line that is too long");
    const part = decodeBase64Unpadded(text);
    if (part === undefined) throw broken("has a stanza that is not canonical base64");
    body.push(part);
  } while (text.length === bodyColumns);
  return { type: type!, args, body: Buffer.concat(body) };
}

function decodeMacLine(line: string): Buffer {
  const mac = line.startsWith("--- ") ? decodeBase64Unpadded(line.slice(4)) : undefined;
  if (mac?.length !== macBytes) throw broken("has no proper last line");
  return mac;
}

class Lines {
  offset = 0;
  readonly #text: string;
  readonly #cut: boolean;

  constructor(bytes: Uint8Array) {
    const region = bytes.subarray(0, ageHeaderBytesMax);
    this.#cut = region.length < bytes.length;
    this.#text = Buffer.from(region.buffer, region.byteOffset, region.byteLength).toString("latin1");
  }

  next(): string {
    const end = this.#text.indexOf("\n", this.offset);
    if (end === -1) {
      if (this.#cut)
        throw new FormatError("limit-exceeded", `the age header exceeds ${ageHeaderBytesMax} bytes`);
      throw broken("ends early");
    }
    const line = this.#text.slice(this.offset, end);
    this.offset = end + 1;
    return line;
  }
}

/** The `bad-age-header` error; `what` continues "the age header …". */
export function broken(what: string, options?: ErrorOptions): FormatError {
  return new FormatError("bad-age-header", `the age header ${what}`, options);
}
