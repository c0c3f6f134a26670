import type { PlannedEntry } from "../../disk/planned.ts";
import { FramePacker } from "../../format/frame-packer.ts";
import { frameContentBytes } from "../../format/frame.ts";
import { entryHeaderBound, paddingAfter } from "../../format/inner-tar.ts";

/** The most content bytes of a file that stands in one frame with its header. */
const smallFileBytesMax = frameContentBytes - 16 * 1024;

/** An upper bound of the bytes that an entry takes in the tar stream with so much content; by default what was planned. */
export function recordBound({ path, size, link }: PlannedEntry, contentBytes = size): number {
  return entryHeaderBound(path.length, link?.length ?? 4096) + contentBytes + paddingAfter(contentBytes);
}

/** What entries are packed in: made once, used for one packer after the other. */
export class PackBuffers {
  readonly packer = new FramePacker();
  readonly scratch = Buffer.allocUnsafeSlow(smallFileBytesMax);
  /** Of the frames of large files, where there are any. */
  #largeFrame: Buffer | undefined;

  get largeFrame(): Buffer {
    this.#largeFrame ??= Buffer.allocUnsafeSlow(frameContentBytes);
    return this.#largeFrame;
  }
}
