import { hash } from "node:crypto";
import type { ByteStream } from "./bytes.ts";
import { DigestList, type SectionChecksums } from "./checksums.ts";
import type { SectionName } from "./entry.ts";
import { limits } from "./limits.ts";
import { encodeMemberHeader, firstSegment, segmentMemberName } from "./member.ts";
import type { ArchiveId } from "./schema.ts";
import { paddingAfter } from "./inner-tar.ts";

/** Where the segments of an archive are put together: while one is written, the next is made in the other. */
export class SegmentBuffers {
  readonly #buffers: readonly [Buffer, Buffer];
  #turn = 0;

  constructor(segmentBytes: number) {
    this.#buffers = [Buffer.allocUnsafeSlow(segmentBytes), Buffer.allocUnsafeSlow(segmentBytes)];
  }

  next(): Buffer {
    this.#turn = 1 - this.#turn;
    return this.#buffers[this.#turn]!;
  }
}

/** Cuts a section's stored stream into segment members, each named by its digest (specification § Segments). */
export class SegmentWriter {
  readonly #section: SectionName;
  readonly #archiveId: ArchiveId;
  readonly #buffers: SegmentBuffers;
  #segment: Buffer;
  readonly #digests = new DigestList();
  #filled = 0;
  #storedBytes = 0;

  constructor(section: SectionName, archiveId: ArchiveId, buffers: SegmentBuffers) {
    this.#section = section;
    this.#archiveId = archiveId;
    this.#buffers = buffers;
    this.#segment = buffers.next();
  }

  get checksums(): SectionChecksums {
    const { count, storedBytes } = { count: this.#digests.count, storedBytes: this.#storedBytes };
    return { segments: count, segmentsSha256: this.#digests.digest(), storedBytes };
  }

  /** Yields the members' bytes, once. Each buffer is overwritten when the next segment but one is made. */
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
    this.#segment = this.#buffers.next();
  }
}
