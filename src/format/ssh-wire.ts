/** An SSH string (RFC 4251 § 5): its length in 4 bytes, then its bytes. Text is ASCII. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads SSH fields one after another; what it throws at the end of the bytes is the caller's. */
export class SshReader {
  readonly #bytes: Buffer;
  readonly #cutShort: () => Error;
  #offset = 0;

  constructor(bytes: Buffer, cutShort: () => Error) {
    this.#bytes = bytes;
    this.#cutShort = cutShort;
  }

  bytes(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw this.#cutShort();
    const field = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return field;
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE();
  }

  string(): Buffer {
    return this.bytes(this.uint32());
  }

  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#offset);
  }
}
