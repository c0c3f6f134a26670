import type { LargeFile } from "../../disk/large-file.ts";
import type { Attributes } from "../../format/entry.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import { LargeFilePacker, type PackedFrame } from "../../format/frame-packer.ts";
import { type StoredAs, withReason } from "./pack-lines.ts";

/** A file that is read piece by piece, and how it is to be recorded. */
export interface LargeEntry {
  readonly path: EntryPath;
  readonly attributes: Attributes;
  readonly file: LargeFile;
  readonly as: StoredAs;
}

/** What a large file is read into and packed in; `frame` is as long as a frame's content. */
export interface LargeBuffers {
  readonly reading: Buffer;
  readonly frame: Buffer;
}

/** Reads a large file to its end and packs it into frames of its own. */
export function* packLarge(
  { path, attributes, file, as }: LargeEntry,
  { reading, frame }: LargeBuffers,
): Generator<PackedFrame> {
  const sparse = file.opened.sparse ? { sparse: true as const } : {};
  const draft = { path, type: "file", status: "ok", size: file.sizeBytes, ...sparse, ...attributes } as const;
  const packer = new LargeFilePacker(draft, frame);
  for (let bytes = file.readNext(reading); bytes > 0; bytes = file.readNext(reading)) {
    yield* packer.push(reading.subarray(0, bytes));
  }
  const { status, reason } = file.close(packer.contentSha256());
  yield* packer.finish(
    as.status === undefined || status !== "ok"
      ? withReason(status, reason)
      : withReason(as.status, as.reason),
  );
}
