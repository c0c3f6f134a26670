import { workerData } from "node:worker_threads";
import { release } from "../../format/bytes.ts";
import { encodeLines } from "../../format/encoded-lines.ts";
import { compressFrame, frameContentBytes } from "../../format/frame.ts";
import { encodeFrame } from "../../format/frame-packer.ts";
import { receivedEntries } from "../workers/posted-entries.ts";
import { SharedSlots } from "../../format/shared-slots.ts";
import { JobServer, type Served } from "../workers/serve-jobs.ts";
import { GroupCapture } from "./group-capture.ts";
import type { CaptureSetting, CapturedPart, PostedJob } from "./jobs.ts";

const setting = workerData as CaptureSetting;
/** For what lies ready at the main thread, and for what is compressed in between. */
const slots = new SharedSlots(4, frameContentBytes + 32 * 1024);

/** Frames of large files go back as they are: whichever thread has time compresses them, and this one reads on. */
const capture = new GroupCapture(setting, (frame) =>
  frame.ofLargeFile === true
    ? { raw: inSlot(frame.content), lines: encodeLines(frame.lines) }
    : encodeFrame(frame, setting.compressionLevel),
);

new JobServer<PostedJob, CapturedPart, Uint8Array, Uint8Array>(answer, (raw) => {
  const bytes = compressFrame(raw, setting.compressionLevel);
  release(raw);
  return given(bytes, (part) => part);
}).listen();

async function* answer(job: PostedJob): AsyncGenerator<Served<CapturedPart>> {
  if ("snapshotOf" in job) {
    const [entry] = receivedEntries(job.snapshotOf);
    return yield { part: { snapshot: await capture.snapshot(entry!) } };
  }
  const { posted, ...rest } = job;
  for await (const part of capture.capture({ ...rest, entries: receivedEntries(posted) })) {
    if (!("frame" in part)) yield { part };
    else if ("raw" in part.frame) yield { part, transfer: transferOf(part.frame.raw) };
    else {
      const { frame, notable } = part;
      yield given(frame.bytes, (bytes) => ({ frame: { ...frame, bytes }, notable }));
    }
  }
}

/** Hands on what was compressed with what `made` makes of it. */
function given<Part>(bytes: Uint8Array, made: (own: Uint8Array) => Part): Served<Part> {
  const own = inSlot(bytes);
  release(bytes);
  return { part: made(own), transfer: transferOf(own) };
}

/** A copy to be handed on; where no slot is free, in memory of its own. */
function inSlot(bytes: Uint8Array): Uint8Array {
  return slots.place(bytes) ?? new Uint8Array(bytes);
}

function transferOf({ buffer }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}
