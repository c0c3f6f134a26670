import { hash } from "node:crypto";
import { type ByteStream, release } from "./bytes.ts";
import { DigestList, type SectionChecksums } from "./checksums.ts";
import type { SectionName } from "./entry.ts";
import { limits } from "./limits.ts";
import { encodeMemberHeader, firstSegment, segmentMemberName } from "./member.ts";
import type { ArchiveId } from "./schema.ts";
import { paddingAfter } from "./inner-tar.ts";

/** Cuts a section's stored stream into segment members, each named by its digest (specification § Segments). */
export class SegmentWriter {
  readonly #section: SectionName;
  readonly #archiveId: ArchiveId;
  readonly #segment: Buffer;
  readonly #digests = new DigestList();
  #filled = 0;
  #storedBytes = 0;

  constructor(section: SectionName, archiveId: ArchiveId, segmentBytes: number) {
    this.#section = section;
    this.#archiveId = archiveId;
    this.#segment = Buffer.allocUnsafeSlow(segmentBytes);
  }

  get checksums(): SectionChecksums {
    const { count, storedBytes } = { count: this.#digests.count, storedBytes: this.#storedBytes };
    return { segments: count, segmentsSha256: this.#digests.digest(), storedBytes };
  }

  /** Yields the members' bytes, once. Each buffer is overwritten when the next is asked for. */
  async *members(stream: ByteStream): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      let at = 0;
      while (at < chunk.length) {
        const taken = Math.min(chunk.length - at, this.#segment.length - this.#filled);
        this.#segment.set(chunk.subarray(at, at + taken), this.#filled);
        this.#filled += taken;
        at += taken;
        if (this.#filled === this.#segment.length) yield* this.#flush();
      }
    }
    if (this.#filled > 0) yield* this.#flush();
    release(this.#segment);
  }

  *#flush(): Generator<Buffer> {
    const number = this.#digests.count + firstSegment(this.#section);
    if (this.#digests.count >= limits.segments)
      throw new RangeError("an archive has more segments than the format allows");
    const content = this.#segment.subarray(0, this.#filled);
    const sha256 = hash("sha256", content, "hex");
    const name = segmentMemberName({ section: this.#section, number, sha256 });
    yield encodeMemberHeader({ name, archiveId: this.#archiveId, sizeBytes: content.length });
    yield content;
    if (paddingAfter(content.length) > 0) yield Buffer.alloc(paddingAfter(content.length));
    this.#digests.add(sha256);
    this.#storedBytes += content.length;
    this.#filled = 0;
  }
}
