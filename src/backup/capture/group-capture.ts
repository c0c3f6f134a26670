import { type Snapshot, snapshotDatabase } from "../../disk/database.ts";
import { removeCopy } from "../../disk/database-family.ts";
import { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { displayBytes } from "../../format/entry-path.ts";
import { type IndexLine, isStored } from "../../format/entry.ts";
import type { PackedFrame } from "../../format/frame-packer.ts";
import type { EncodedFrame } from "../../format/section-writer.ts";
import { EntryPacker } from "./entry-packer.ts";
import { PackBuffers } from "./frame-room.ts";
import type { StoredAs } from "./pack-lines.ts";
import type { CaptureSetting, CapturedPart, EntriesJob, RawFrame, SnapshotOutcome } from "./jobs.ts";

export type EncodeFrame = (frame: PackedFrame) => EncodedFrame | RawFrame;

/** Does capture jobs, in whatever thread. Reuses its buffers: one job at a time. */
export class GroupCapture {
  readonly #workDir: string;
  readonly #guard: PathGuard;
  readonly #buffers = new PackBuffers();
  readonly #encode: EncodeFrame;
  readonly #signal: AbortSignal | undefined;

  constructor({ workDir, roots }: CaptureSetting, encode: EncodeFrame, signal?: AbortSignal) {
    this.#workDir = workDir;
    this.#guard = new PathGuard(roots);
    this.#encode = encode;
    this.#signal = signal;
  }

  async *capture(job: EntriesJob): AsyncGenerator<CapturedPart> {
    const { entries, snapshot } = job;
    const packer = new EntryPacker(job, { guard: this.#guard, buffers: this.#buffers });
    const [first] = entries;
    if (first !== undefined && isToBeSnapshot(first))
      yield* this.#database(first, packer, snapshot ?? (await this.snapshot(first)));
    else yield* this.#parts(packer.pack(entries));
    yield { moved: packer.moved.map((entry) => entries.indexOf(entry)), standing: packer.standing };
  }

  async snapshot(entry: PlannedEntry): Promise<SnapshotOutcome> {
    using guard = this.#guard;
    const signal = this.#signal === undefined ? {} : { signal: this.#signal };
    // Awaited here: the guard lets go when this ends.
    return await snapshotDatabase(entry, { workDir: this.#workDir, guard }, signal);
  }

  /** A database is never copied raw: its snapshot is stored, or its bytes where SQLite cannot read them. */
  *#database(entry: PlannedEntry, packer: EntryPacker, snapshot: SnapshotOutcome): Generator<CapturedPart> {
    if (snapshot.status === "raw") {
      const { reason } = snapshot;
      yield { warning: `database ${nameOf(entry)}: stored as it lies: ${reason}` };
      yield* this.#parts(packer.packRaw(entry, { status: "changed", reason }));
    } else if (snapshot.status !== "ok") {
      const { status, reason } = snapshot;
      yield* this.#parts(packer.pack([{ ...entry, [status]: reason }]));
    } else {
      const as = storedSnapshot(snapshot);
      yield { snapshot };
      if (as.status === "changed") yield { warning: `database ${nameOf(entry)}: ${as.reason ?? ""}` };
      const { attributes, file, source } = snapshot;
      try {
        yield* this.#parts(packer.packSnapshot(entry, source, { attributes, ...as }));
      } finally {
        removeCopy(file);
      }
    }
  }

  *#parts(frames: Iterable<PackedFrame>): Generator<CapturedPart> {
    for (const frame of frames)
      yield { frame: this.#encode(frame), notable: frame.lines.filter((line) => isNoteworthy(line)) };
  }
}

/** A database that is still planned to be taken. */
export function isToBeSnapshot({ database, type, excluded }: PlannedEntry): boolean {
  return database === true && type === "file" && excluded === undefined;
}

function nameOf({ source }: PlannedEntry): string {
  return displayBytes(source);
}

/**
 * How a snapshot is recorded. Not what it should be: it failed its check, or its files never held still. Worth saying:
 * it is a private copy, or can only be checked by the program that made it.
 */
function storedSnapshot({ check, detail, isConsistent, why }: Snapshot): StoredAs {
  if (check === "failed") return changed(`its integrity check failed: ${detail ?? "no detail"}`);
  if (!isConsistent)
    return changed(`its files were copied while they were written, as ${why ?? "it is in use"}`);
  const remarks = [
    ...(why === undefined ? [] : [`its files were copied and recovered, as ${why}`]),
    ...(check === "unchecked" ? [`not checked: ${detail ?? ""}`] : []),
  ];
  return { status: "database", ...(remarks.length > 0 && { reason: remarks.join("; ") }) };
}

function changed(reason: string): StoredAs {
  return { status: "changed", reason };
}

/** The lines that a person should know of. */
function isNoteworthy(line: IndexLine): boolean {
  if (line.status === "ok" || line.status === "database" || line.status === "moved")
    return isStored(line) && line.reason !== undefined;
  return true;
}
