import { hash } from "node:crypto";
import type { ByteSource } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { type MemberHeader, parseMemberHeader } from "./member.ts";
import { blockBytes, isZero, padded } from "./ustar.ts";

/** Reads outer members and holds each to the one encoding and to the archive's id. */
export class MemberReader {
  readonly source: ByteSource;
  readonly #archiveId: string;

  constructor(source: ByteSource, archiveId: string) {
    this.source = source;
    this.#archiveId = archiveId;
  }

  async header(offset: number): Promise<MemberHeader> {
    const member = parseMemberHeader(await this.bytes(offset, blockBytes));
    if (member === undefined) {
      throw new FormatError("bad-header", "there is no member header where one should be", {
        place: { offset, length: blockBytes },
      });
    }
    if (member.archiveId !== this.#archiveId) {
      throw new FormatError("unbound", `${member.name} belongs to another archive`, {
        place: { offset, length: blockBytes },
      });
    }
    return member;
  }

  /** The content of the member at `offset`, which must have that name and size, and zero padding. */
  async named(
    offset: number,
    name: string,
    sizeBytes?: number,
    maxBytes = Number.MAX_SAFE_INTEGER,
  ): Promise<Buffer> {
    const member = await this.header(offset);
    const place = { offset, length: blockBytes };
    if (member.name !== name || (sizeBytes !== undefined && member.sizeBytes !== sizeBytes)) {
      throw new FormatError("bad-member", `${name} is not where or how it should be`, { place });
    }
    if (member.sizeBytes > maxBytes)
      throw new FormatError("limit-exceeded", `${name} is larger than allowed`, { place });
    const content = await this.bytes(offset + blockBytes, padded(member.sizeBytes));
    if (!isZero(content.subarray(member.sizeBytes)))
      throw new FormatError("bad-member", `${name} has dirty padding`, { place });
    return content.subarray(0, member.sizeBytes);
  }

  async bytes(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset + length) || offset + length > this.source.sizeBytes) {
      throw new FormatError("bad-member", "a member reaches beyond the end of the file", {
        place: { offset },
      });
    }
    return this.source.read(offset, length);
  }
}

export function checkDigest(bytes: Uint8Array, sha256: string, what: string): void {
  if (hash("sha256", bytes, "hex") !== sha256) {
    throw new FormatError("digest-mismatch", `${what} is not what it was when the archive was made`);
  }
}
