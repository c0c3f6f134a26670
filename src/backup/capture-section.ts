import { type Snapshot, snapshotDatabase } from "../disk/database.ts";
import { removeCopy } from "../disk/database-family.ts";
import { type GuardedRoot, PathGuard } from "../disk/path-guard.ts";
import type { PlannedEntry } from "../disk/planned.ts";
import { type EntryPath, displayBytes } from "../format/entry-path.ts";
import { type IndexLine, type InventoryLine, type SectionName, isStored } from "../format/entry.ts";
import { frameContentBytes } from "../format/frame.ts";
import type { PackedFrame } from "../format/section-writer.ts";
import { EntryPacker, recordBound } from "./pack-frame.ts";
import type { StoredAs } from "./pack-lines.ts";

export interface CaptureJob {
  readonly section: SectionName;
  readonly compressionLevel: number;
  /** A private directory for database snapshots. */
  readonly workDir: string;
  /** The folders that are backed up, as they were planned. */
  readonly roots: readonly GuardedRoot[];
  readonly signal: AbortSignal;
  /** Told of each line as it is written, in order. */
  readonly onLine: (line: IndexLine) => void;
  /** Planned content bytes as they are done. */
  readonly onBytes: (bytes: number) => void;
  readonly onWarning: (text: string) => void;
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

/** Reads one section's planned entries into frames, in order. `moved` holds what must be taken again, sealed. */
export class SectionCapture {
  readonly #entries: readonly PlannedEntry[];
  readonly #job: CaptureJob;
  readonly #packer: EntryPacker;
  readonly #guard: PathGuard;

  constructor(entries: readonly PlannedEntry[], job: CaptureJob) {
    this.#entries = entries;
    this.#job = job;
    const linkTargets = new Set(
      entries.flatMap(({ link }): EntryPath[] => (link === undefined ? [] : [link])),
    );
    this.#guard = new PathGuard(job.roots);
    this.#packer = new EntryPacker({ ...job, linkTargets, guard: this.#guard });
  }

  get moved(): readonly PlannedEntry[] {
    return this.#packer.moved;
  }

  *inventory(): Generator<InventoryLine> {
    for (const entry of this.#entries) {
      const { path, type, size } = entry;
      if (isExpected(entry)) yield { path, type, size };
    }
  }

  async *frames(): AsyncGenerator<PackedFrame> {
    for (const group of frameGroups(this.#entries)) {
      this.#job.signal.throwIfAborted();
      const [first] = group;
      const frames = first?.database === true ? await this.#database(first) : this.#packer.pack(group);
      let rest = group.reduce((sum, { size }) => sum + size, 0);
      for (const frame of this.#tell(frames)) {
        yield frame;
        const done = Math.min(rest, frame.contentBytes);
        this.#job.onBytes(done);
        rest -= done;
      }
      this.#job.onBytes(rest);
    }
    yield* this.#tell(this.#packer.flush());
  }

  *#tell(frames: Iterable<PackedFrame>): Generator<PackedFrame> {
    for (const frame of frames) {
      for (const line of frame.lines) this.#job.onLine(line);
      yield frame;
      this.#job.signal.throwIfAborted();
    }
  }

  /** A live database is never copied raw: its snapshot is stored, or its bytes where SQLite cannot read them. */
  async #database(entry: PlannedEntry): Promise<Iterable<PackedFrame>> {
    const { workDir, signal, onSnapshot, onWarning } = this.#job;
    using guard = this.#guard;
    const snapshot = await snapshotDatabase(entry, { workDir, guard }, { signal });
    if (snapshot.status === "raw") return this.#rawDatabase(entry, snapshot.reason);
    if (snapshot.status !== "ok") {
      const { status, reason } = snapshot;
      return this.#packer.pack([{ ...entry, [status]: reason }]);
    }
    onSnapshot(snapshot);
    const as = storedSnapshot(snapshot);
    if (as.status === "changed") onWarning(`database ${nameOf(entry)}: ${as.reason ?? ""}`);
    const { attributes } = snapshot;
    const frames = this.#packer.packSnapshot(entry, snapshot.source, { attributes, ...as });
    return this.#thenRemove(frames, snapshot.file);
  }

  #rawDatabase(entry: PlannedEntry, reason: string): Iterable<PackedFrame> {
    this.#job.onWarning(`database ${nameOf(entry)}: stored as it lies: ${reason}`);
    return this.#packer.packRaw(entry, { status: "changed", reason });
  }

  *#thenRemove(frames: Iterable<PackedFrame>, file: string): Generator<PackedFrame> {
    try {
      yield* frames;
    } finally {
      removeCopy(file);
    }
  }
}

/** False for what the scan already knew would not be taken: that stands in the index alone. */
function isExpected({ excluded, unreadable, vanished }: PlannedEntry): boolean {
  return excluded === undefined && unreadable === undefined && vanished === undefined;
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

/** Runs of entries that fill about a frame; databases and large files stand alone. */
function* frameGroups(entries: readonly PlannedEntry[]): Generator<PlannedEntry[]> {
  let group: PlannedEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const record = recordBound(entry);
    const isAlone = entry.database === true && entry.type === "file" && entry.excluded === undefined;
    if (group.length > 0 && (isAlone || bytes + record > frameContentBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(entry);
    bytes += record;
    if (isAlone) bytes = Number.POSITIVE_INFINITY;
  }
  if (group.length > 0) yield group;
}

/** The status counts of lines, and those that a person should know of. */
export function isNoteworthy(line: IndexLine): boolean {
  if (line.status === "ok" || line.status === "database" || line.status === "moved")
    return isStored(line) && line.reason !== undefined;
  return true;
}
