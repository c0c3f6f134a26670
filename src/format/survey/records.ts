import { createHash, type Hash } from "node:crypto";
import type { StoredLine } from "../entry.ts";
import { type FoundHeader, headerBytesMax, parseEntryHeader } from "../inner-tar-parse.ts";
import { paddingAfter } from "../inner-tar.ts";
import type { FoundFrame } from "./frames.ts";

/** Receives what can be read of a section without trusting its index. Content comes between `begin` and `end` or `cut`. */
export interface RecordSink {
  /** False where the entry is not wanted or not believed: then nothing more is said of it. */
  begin(line: StoredLine, place: { readonly contentOffset: number | undefined }): boolean;
  content(bytes: Uint8Array): void;
  /** All bytes of the entry were here. `proved`: all of them in segments whose digests hold. */
  end(line: StoredLine, found: { readonly sha256: string; readonly proved: boolean }): void;
  /** The rest of the entry cannot be read. `isMissing`: its bytes are not here; otherwise they are, but wrong. */
  cut(line: StoredLine, presentBytes: number, isMissing: boolean): void;
  /** A control entry begins; what is returned takes its content in parts, as far as it is here. */
  control(path: string, size: number): ((part: Buffer) => void) | undefined;
  /** Whether all the stored bytes are here, from `from` up to `to`, or to the end of the section. */
  isHere(from: number, to: number | undefined): boolean;
}

interface Open {
  readonly header: FoundHeader;
  /** Content and padding bytes still to come. */
  rest: number;
  contentRest: number;
  proved: boolean;
  readonly wanted: boolean;
  readonly digest: Hash;
  readonly takeControl: ((part: Buffer) => void) | undefined;
}

/** Goes through frames as they are found and makes out the entries in them; after a hole it starts anew at a frame's start. */
export class RecordScanner {
  readonly #sink: RecordSink;
  #open: Open | undefined;
  /** A header that a frame ended in the middle of. */
  #held: Buffer = Buffer.alloc(0);
  /** Where the last frame ended in the stored stream. */
  #storedEnd = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(frame: FoundFrame): void {
    if (!frame.joined) this.end(frame.storedOffset);
    this.#storedEnd = frame.storedOffset + frame.storedBytes;
    let at = 0;
    while (at < frame.content.length) {
      const taken = this.#open === undefined ? this.#takeHeader(frame, at) : this.#takeContent(frame, at);
      if (taken === undefined) return;
      at += taken;
    }
  }

  /** No more joined frames, up to a next one at `nextOffset` of the stored stream: what is open is cut. */
  end(nextOffset?: number): void {
    const open = this.#open;
    this.#open = undefined;
    this.#held = Buffer.alloc(0);
    if (open === undefined) return;
    if (open.contentRest === 0) this.#finish(open);
    else if (open.header.line !== undefined && open.wanted)
      this.#sink.cut(
        open.header.line,
        open.header.size - open.contentRest,
        !this.#sink.isHere(this.#storedEnd, nextOffset),
      );
  }

  /** Bytes consumed, or undefined where the rest of the frame is no record: the middle of a file that was lost. */
  #takeHeader(frame: FoundFrame, at: number): number | undefined {
    const rest = frame.content.subarray(at, at + headerBytesMax);
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    const joined = Buffer.concat([held, rest]);
    const continued = parseEntryHeader(joined);
    if (continued !== undefined) return this.#begin(frame, at, { ...continued, held: held.length });
    // What was held may have been the end of a lost file: then this frame begins with a header of its own.
    const fresh = held.length > 0 ? parseEntryHeader(rest) : undefined;
    if (fresh !== undefined) return this.#begin(frame, at, { ...fresh, held: 0 });
    const isShort = joined.length < headerBytesMax;
    if (isShort || rest.length < headerBytesMax) this.#held = Buffer.from(isShort ? joined : rest);
    return undefined;
  }

  #begin(frame: FoundFrame, at: number, header: FoundHeader & { readonly held: number }): number {
    const consumed = header.headerBytes - header.held;
    const contentOffset = frame.contentOffset === undefined ? undefined : frame.contentOffset + at + consumed;
    const wanted = header.line === undefined || this.#sink.begin(header.line, { contentOffset });
    const recordRest = header.size + paddingAfter(header.size);
    this.#open = {
      header,
      rest: recordRest,
      contentRest: header.size,
      proved: frame.proved,
      wanted,
      digest: createHash("sha256"),
      takeControl: header.line === undefined ? this.#sink.control(header.path, header.size) : undefined,
    };
    if (recordRest === 0) this.#close();
    return consumed;
  }

  #takeContent(frame: FoundFrame, at: number): number {
    const open = this.#open!;
    const taken = Math.min(open.rest, frame.content.length - at);
    const content = frame.content.subarray(at, at + Math.min(taken, open.contentRest));
    open.proved &&= frame.proved;
    if (content.length > 0) this.#pass(open, content);
    open.contentRest -= content.length;
    open.rest -= taken;
    if (open.rest === 0) this.#close();
    return taken;
  }

  #pass(open: Open, content: Buffer): void {
    if (open.header.line === undefined) open.takeControl?.(content);
    else if (open.wanted) {
      open.digest.update(content);
      this.#sink.content(content);
    }
  }

  #close(): void {
    const open = this.#open!;
    this.#open = undefined;
    this.#finish(open);
  }

  #finish({ header, wanted, digest, proved }: Open): void {
    if (header.line !== undefined && wanted)
      this.#sink.end(header.line, { sha256: digest.digest("hex"), proved });
  }
}
