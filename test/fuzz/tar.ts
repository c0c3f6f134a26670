/** A record of a tar file as any reader of POSIX tar sees it. Texts are byte strings. */
export interface TarRecord {
  readonly path: string;
  readonly type: string;
  readonly link: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly content: Buffer;
}

/** The records up to the first zero block. Written from the standard, with nothing of the reader under test. */
export function tarRecords(tar: Buffer): TarRecord[] {
  const records: TarRecord[] = [];
  let pax = new Map<string, string>();
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const block = tar.subarray(at, at + 512);
    const size = Number(pax.get("size") ?? octal(block, 124, 12));
    const content = tar.subarray(at + 512, at + 512 + size);
    const type = String.fromCharCode(block[156]!);
    at += 512 + Math.ceil(size / 512) * 512;
    if (type === "x") {
      pax = paxRecords(content);
      continue;
    }
    records.push(recordOf(block, type, pax, content));
    pax = new Map();
  }
  return records;
}

function recordOf(block: Buffer, type: string, pax: ReadonlyMap<string, string>, content: Buffer): TarRecord {
  return {
    path: pax.get("path") ?? text(block, 0, 100),
    type,
    link: pax.get("linkpath") ?? text(block, 157, 100),
    mode: octal(block, 100, 8),
    uid: Number(pax.get("uid") ?? octal(block, 108, 8)),
    gid: Number(pax.get("gid") ?? octal(block, 116, 8)),
    uname: pax.get("uname") ?? text(block, 265, 32),
    gname: pax.get("gname") ?? text(block, 297, 32),
    mtime: nanoseconds(pax.get("mtime") ?? String(octal(block, 136, 12))),
    content,
  };
}

function text(block: Buffer, at: number, length: number): string {
  return block.toString("latin1", at, at + length).replace(/\0.*/s, "");
}

function octal(block: Buffer, at: number, length: number): number {
  return Number.parseInt(text(block, at, length), 8);
}

function paxRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    if (!(length > 0)) throw new Error("a pax record without a length");
    const [, key, value] = /^([^=]+)=(.*)\n$/s.exec(bytes.toString("latin1", space + 1, at + length))!;
    records.set(key!, value!);
    at += length;
  }
  return records;
}

function nanoseconds(decimal: string): bigint {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal)!;
  return BigInt(`${sign}${whole}${fraction.padEnd(9, "0")}`);
}
