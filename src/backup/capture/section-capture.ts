import type { Snapshot } from "../../disk/database.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import type { IndexLine, InventoryLine, SectionName } from "../../format/entry.ts";
import type { EncodedFrame } from "../../format/section-writer.ts";
import type { CaptureThreads } from "./capture-threads.ts";
import { entryGroups } from "./entry-groups.ts";
import { isToBeSnapshot } from "./group-capture.ts";
import type { CaptureEnd, CapturedPart, EntriesJob, RawFrame } from "./jobs.ts";
import { inOrderAhead } from "../workers/in-order-ahead.ts";
import { type Jobs, barrier } from "../workers/worker-pool.ts";

export interface SectionJob {
  readonly section: SectionName;
  readonly threads: CaptureThreads;
  readonly signal: AbortSignal;
  /** Told of each line that a person should know of, in order. */
  readonly onNotable: (line: IndexLine) => void;
  /** Planned content bytes as they are done. */
  readonly onBytes: (bytes: number) => void;
  readonly onWarning: (text: string) => void;
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

/** A frame with what was planned of its bytes; what was planned and came to nothing has no frame. */
interface Progress {
  readonly frame?: EncodedFrame | RawFrame;
  readonly doneBytes: number;
}

/** Has one section's planned entries read into frames, in order. `moved` holds what must be taken again, sealed. */
export class SectionCapture {
  readonly moved: PlannedEntry[] = [];
  readonly #entries: readonly PlannedEntry[];
  readonly #job: SectionJob;
  readonly #linkTargets: ReadonlySet<EntryPath>;
  readonly #standing = new Set<EntryPath>();
  /** Those begun whose end has not come yet. */
  readonly #groups: { readonly entries: readonly PlannedEntry[]; restBytes: number }[] = [];

  constructor(entries: readonly PlannedEntry[], job: SectionJob) {
    this.#entries = entries;
    this.#job = job;
    this.#linkTargets = linksOf(entries);
  }

  *inventory(): Generator<InventoryLine> {
    for (const entry of this.#entries) {
      const { path, type, size } = entry;
      if (isExpected(entry)) yield { path, type, size };
    }
  }

  async *frames(): AsyncGenerator<EncodedFrame> {
    const { threads, onBytes, signal } = this.#job;
    const progress = this.#progress(threads.inOrder(this.#jobs()));
    for await (const { frame, doneBytes } of inOrderAhead(progress, {
      begin: (one) => this.#compressed(one),
      most: threads.framesAhead,
    })) {
      signal.throwIfAborted();
      if (frame !== undefined) yield frame;
      onBytes(doneBytes);
    }
  }

  /** What hard links refer to must be in the archive before them: they wait for the end of all that comes before. */
  *#jobs(): Jobs<EntriesJob> & Generator {
    const { section, threads } = this.#job;
    for (const entries of entryGroups(this.#entries)) {
      const [first] = entries;
      const links = linksOf(entries);
      if (links.size > 0) yield barrier;
      const linkTargets = new Set<EntryPath>();
      for (const { path } of entries) if (this.#linkTargets.has(path)) linkTargets.add(path);
      const standing = new Set([...links].filter((link) => this.#standing.has(link)));
      const job = { section, entries, linkTargets, standing };
      this.#groups.push({ entries, restBytes: entries.reduce((sum, { size }) => sum + size, 0) });
      if (first !== undefined && isToBeSnapshot(first)) yield threads.withSnapshot(job, first);
      else yield job;
    }
  }

  async *#progress(parts: AsyncIterable<CapturedPart>): AsyncGenerator<Progress> {
    for await (const part of parts) {
      if ("warning" in part) this.#job.onWarning(part.warning);
      else if ("snapshot" in part) {
        if (part.snapshot.status === "ok") this.#job.onSnapshot(part.snapshot);
      } else if ("frame" in part) {
        for (const line of part.notable) this.#job.onNotable(line);
        yield { frame: part.frame, doneBytes: this.#done(contentBytesOf(part.frame)) };
      } else yield { doneBytes: this.#end(part) };
    }
  }

  #done(contentBytes: number): number {
    const group = this.#groups[0]!;
    const done = Math.min(group.restBytes, contentBytes);
    group.restBytes -= done;
    return done;
  }

  #end({ moved, standing }: CaptureEnd): number {
    const { entries, restBytes } = this.#groups.shift()!;
    for (const index of moved) this.moved.push(entries[index]!);
    for (const path of standing) this.#standing.add(path);
    return restBytes;
  }

  #compressed({ frame, doneBytes }: Progress): Promise<CompressedProgress> | CompressedProgress {
    if (frame === undefined) return { doneBytes };
    if (!("raw" in frame)) return { frame, doneBytes };
    const { raw, lines } = frame;
    const contentBytes = raw.byteLength;
    const frameOf = (bytes: Uint8Array): CompressedProgress => ({
      frame: { bytes, contentBytes, lines },
      doneBytes,
    });
    return this.#job.threads.compress(raw).then(frameOf);
  }
}

interface CompressedProgress extends Progress {
  readonly frame?: EncodedFrame;
}

function contentBytesOf(frame: EncodedFrame | RawFrame): number {
  return "raw" in frame ? frame.raw.byteLength : frame.contentBytes;
}

/** What hard links among the entries refer to. */
function linksOf(entries: readonly PlannedEntry[]): Set<EntryPath> {
  const links = new Set<EntryPath>();
  for (const { link } of entries) if (link !== undefined) links.add(link);
  return links;
}

/** False for what the scan already knew would not be taken: that stands in the index alone. */
function isExpected({ excluded, unreadable, vanished }: PlannedEntry): boolean {
  return excluded === undefined && unreadable === undefined && vanished === undefined;
}
