import { workerData } from "node:worker_threads";
import { release } from "../../format/bytes.ts";
import { encodeLines } from "../../format/encoded-lines.ts";
import { compressFrame } from "../../format/frame.ts";
import { encodeFrame } from "../../format/frame-packer.ts";
import { receivedEntries } from "../workers/posted-entries.ts";
import { JobServer, type Served } from "../workers/serve-jobs.ts";
import { GroupCapture } from "./group-capture.ts";
import type { CaptureSetting, CapturedPart, PostedJob } from "./jobs.ts";

const setting = workerData as CaptureSetting;

/** Frames of large files go back as they are: whichever thread has time compresses them, and this one reads on. */
const capture = new GroupCapture(setting, (frame) =>
  frame.ofLargeFile === true
    ? { raw: copyOf(frame.content), lines: encodeLines(frame.lines) }
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
    else if ("raw" in part.frame) yield given(part.frame.raw, () => part);
    else {
      const { frame, notable } = part;
      yield given(frame.bytes, (bytes) => ({ frame: { ...frame, bytes }, notable }));
    }
  }
}

/** Gives the bytes away with what `made` makes of them; where much room is left in their buffer, a copy of them. */
function given<Part>(bytes: Uint8Array, made: (own: Uint8Array) => Part): Served<Part> {
  if (bytes.byteLength * 4 > bytes.buffer.byteLength * 3)
    return { part: made(bytes), transfer: [bytes.buffer as ArrayBuffer] };
  const own = copyOf(bytes);
  release(bytes);
  return { part: made(own), transfer: [own.buffer] };
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
