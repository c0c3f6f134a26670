import { release } from "../../format/bytes.ts";
import { encodeLines } from "../../format/encoded-lines.ts";
import { compressFrame, frameContentBytes } from "../../format/frame.ts";
import { encodeFrame } from "../../format/frame-packer.ts";
import { SharedSlots } from "../../format/shared-slots.ts";
import { receivedEntries } from "../workers/posted-entries.ts";
import type { Served } from "../workers/serve-jobs.ts";
import { GroupCapture } from "./group-capture.ts";
import type { CaptureSetting, CapturedPart, PostedJob } from "./jobs.ts";

/** Room for what lies ready at the main thread, and for what is compressed in between. */
const slotCount = 4;

/** A capture as one of several threads does it: what it makes lies where the main thread can take it. */
export class CaptureServer {
  readonly #level: number;
  readonly #capture: GroupCapture;
  readonly #slots = new SharedSlots(slotCount, frameContentBytes + 32 * 1024);

  constructor(setting: CaptureSetting) {
    this.#level = setting.compressionLevel;
    // Frames of large files go back as they are: whichever thread has time compresses them, and this one reads on.
    this.#capture = new GroupCapture(setting, (frame) =>
      frame.ofLargeFile === true
        ? { raw: this.#inSlot(frame.content), lines: encodeLines(frame.lines) }
        : encodeFrame(frame, this.#level),
    );
  }

  async *answer(job: PostedJob): AsyncGenerator<Served<CapturedPart>> {
    if ("snapshotOf" in job) {
      const [entry] = receivedEntries(job.snapshotOf);
      return yield { part: { snapshot: await this.#capture.snapshot(entry!) } };
    }
    const { posted, ...rest } = job;
    for await (const part of this.#capture.capture({ ...rest, entries: receivedEntries(posted) })) {
      if (!("frame" in part)) yield { part };
      else if ("raw" in part.frame) yield { part, transfer: transferOf(part.frame.raw) };
      else {
        const { frame, notable } = part;
        yield this.#given(frame.bytes, (bytes) => ({ frame: { ...frame, bytes }, notable }));
      }
    }
  }

  compress(raw: Uint8Array): Served<Uint8Array> {
    const bytes = compressFrame(raw, this.#level);
    release(raw);
    return this.#given(bytes, (part) => part);
  }

  /** Hands on what was compressed with what `made` makes of it. */
  #given<Part>(bytes: Uint8Array, made: (own: Uint8Array) => Part): Served<Part> {
    const own = this.#inSlot(bytes);
    release(bytes);
    return { part: made(own), transfer: transferOf(own) };
  }

  /** A copy to be handed on; where no slot is free, in memory of its own. */
  #inSlot(bytes: Uint8Array): Uint8Array {
    return this.#slots.place(bytes) ?? new Uint8Array(bytes);
  }
}

function transferOf({ buffer }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}
