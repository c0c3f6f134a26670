/** A text to search for, and what to call it in a report. */
export interface Wanted {
  readonly from: string;
  readonly value: string;
}

interface Needle {
  readonly from: string;
  readonly bytes: Buffer;
}

const prefixBytes = 3;

/**
 * Searches for many byte strings at once: a bit for each beginning of three bytes tells in one step that none is here.
 * Each value is wanted as it is, and in the forms in which it stands in JSON, in an address, in hexadecimal and in Base64.
 */
export class ValueSearch {
  readonly #begins = new Uint8Array(2 ** 21);
  readonly #byPrefix = new Map<number, Needle[]>();

  constructor(wanted: readonly Wanted[]) {
    for (const { from, value } of wanted) {
      for (const form of formsOf(value)) this.#add({ from, bytes: Buffer.from(form) });
    }
  }

  /** What the first one found is called. */
  find(content: Buffer): string | undefined {
    if (this.#byPrefix.size === 0) return undefined;
    const begins = this.#begins;
    let prefix = 0;
    for (let at = 0; at < content.length; at += 1) {
      prefix = ((prefix << 8) | content[at]!) & 0xffffff;
      if ((begins[prefix >> 3]! & (1 << (prefix & 7))) === 0) continue;
      const found = this.#foundAt(content, at + 1 - prefixBytes, prefix);
      if (found !== undefined) return found.from;
    }
    return undefined;
  }

  #foundAt(content: Buffer, at: number, prefix: number): Needle | undefined {
    return this.#byPrefix
      .get(prefix)
      ?.find(({ bytes }) => at >= 0 && content.subarray(at, at + bytes.length).equals(bytes));
  }

  #add(needle: Needle): void {
    const prefix = needle.bytes.readUIntBE(0, prefixBytes);
    this.#begins[prefix >> 3]! |= 1 << (prefix & 7);
    const others = this.#byPrefix.get(prefix);
    if (others === undefined) this.#byPrefix.set(prefix, [needle]);
    else others.push(needle);
  }
}

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((offset) => middleOfBase64(bytes, offset));
  return new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    bytes.toString("hex"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ]);
}

/** The characters that are the same whatever stands around the value, `offset` bytes behind a multiple of three. */
function middleOfBase64(value: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
}
