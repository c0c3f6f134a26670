import { hash } from "node:crypto";
import { sizeBytesOf } from "../../disk/identity.ts";
import { isDatabaseHead } from "../../disk/magic.ts";
import { LargeFile } from "../../disk/large-file.ts";
import type { ReadOutcome } from "../../disk/outcome.ts";
import { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { readAttributes, readLink, readSmall } from "../../disk/read.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import type { Attributes, SectionName } from "../../format/entry.ts";
import type { FramePacker, PackedFrame } from "../../format/frame-packer.ts";
import { type PackBuffers, recordBound } from "./frame-room.ts";
import type { EntriesJob } from "./jobs.ts";
import { type StoredAs, absentLine, directoryStatus, rootStatus, untakenLine } from "./pack-lines.ts";
import { packLarge } from "./pack-large.ts";
import { StandingFiles } from "./standing-files.ts";

type Group = Pick<EntriesJob, "section" | "linkTargets" | "standing">;

export interface PackerTools {
  /** Let go of after each group of entries. */
  readonly guard: PathGuard;
  readonly buffers: PackBuffers;
}

/**
 * Reads planned entries and packs them into frames. Synchronous: the unit of work that a worker can do alone.
 *
 * In the plain section whatever is not exactly as it was planned goes to `moved` instead: it may hold a secret now, and
 * is taken again, sealed. Elsewhere everything is stored as found, with what happened to it as its status.
 */
export class EntryPacker {
  /** Entries of the plain section that must be taken again, sealed. */
  readonly moved: PlannedEntry[] = [];
  readonly #section: SectionName;
  readonly #packer: FramePacker;
  readonly #buffers: PackBuffers;
  readonly #scratch: Buffer;
  readonly #standing: StandingFiles;
  readonly #guard: PathGuard;
  #lastAttributes: Attributes = { mode: 0o700, mtime: "0", uid: 0, gid: 0, uname: "", gname: "" };

  constructor({ section, linkTargets, standing }: Group, { guard, buffers }: PackerTools) {
    this.#section = section;
    this.#packer = buffers.packer;
    this.#buffers = buffers;
    this.#scratch = buffers.scratch;
    this.#standing = new StandingFiles(linkTargets, standing);
    this.#guard = guard;
  }

  /** Of `linkTargets` those that stand in the section by now. */
  get standing(): ReadonlySet<EntryPath> {
    return this.#standing.paths;
  }

  /** The frames of these entries, the last of them closed. */
  *pack(entries: readonly PlannedEntry[]): Generator<PackedFrame> {
    using _guard = this.#guard;
    for (const entry of entries) yield* this.#packOne(entry);
    yield* this.#flush();
  }

  *#flush(): Generator<PackedFrame> {
    if (!this.#packer.isEmpty) yield this.#packer.finish();
  }

  /** The bytes of a file of our own, the snapshot of a database, under the name and attributes of `entry`. */
  *packSnapshot(entry: PlannedEntry, source: string, as: StoredAs): Generator<PackedFrame> {
    // It lies where TMPDIR says, perhaps behind links.
    const guard = { reach: (path: string) => Buffer.from(path, "latin1") };
    yield* this.#packWhole(entry, LargeFile.open({ ...entry, source }, guard), as);
  }

  /** A database's own bytes. */
  *packRaw(entry: PlannedEntry, as: StoredAs): Generator<PackedFrame> {
    using guard = this.#guard;
    yield* this.#packWhole(entry, LargeFile.open(entry, guard), as);
  }

  *#packWhole(entry: PlannedEntry, file: LargeFile | ReadOutcome, as: StoredAs): Generator<PackedFrame> {
    if (file instanceof LargeFile) yield* this.#run(entry, file, as);
    else this.#packer.addAbsent(absentLine(entry, file.status, file.reason));
    yield* this.#flush();
  }

  *#packOne(entry: PlannedEntry): Generator<PackedFrame> {
    const untouched = untakenLine(entry);
    if (untouched !== undefined) return this.#packer.addAbsent(untouched);
    switch (entry.type) {
      case "file":
        return yield* this.#packFile(entry);
      case "directory":
        return yield* this.#packDirectory(entry);
      case "symlink":
        return yield* this.#packSymlink(entry);
      case "hardlink":
        return yield* this.#packHardlink(entry);
    }
  }

  *#packFile(entry: PlannedEntry): Generator<PackedFrame> {
    if (entry.size > this.#scratch.length) {
      if (this.#isPlain) return this.#move(entry, "it is too large to be scanned for secrets");
      return yield* this.#packLarge(entry);
    }
    const outcome = readSmall(entry, this.#scratch, this.#guard);
    if (outcome.tooLarge === true && !this.#isPlain) return yield* this.#packLarge(entry);
    if (this.#refuses(entry, outcome)) return;
    const content = this.#scratch.subarray(0, outcome.bytes);
    const sha256 = hash("sha256", content, "hex");
    if (this.#isPlain && sha256 !== entry.scannedSha256)
      return this.#move(entry, "it is not what was scanned for secrets");
    const { status, reason, attributes, sparse } = this.#orRawDatabase(entry, outcome, content);
    yield* this.#room(entry, content.length);
    const facts = { status, ...(reason !== undefined && { reason }), ...(sparse && { sparse }) };
    const draft = {
      path: entry.path,
      type: "file",
      size: content.length,
      ...this.#keep(attributes!),
    } as const;
    this.#packer.addFile({ ...draft, ...facts }, content, sha256);
    this.#standing.add(entry.path, outcome);
  }

  /** A database is planned as one and comes by its snapshot; one that turns up otherwise is not to be trusted. */
  #orRawDatabase(entry: PlannedEntry, outcome: ReadOutcome, content: Buffer): ReadOutcome {
    if (entry.database === true || !isDatabaseHead(content)) return outcome;
    return {
      ...outcome,
      status: "changed",
      reason: "a database that was copied as it lay, without a snapshot",
    };
  }

  *#packLarge(entry: PlannedEntry): Generator<PackedFrame> {
    const file = LargeFile.open(entry, this.#guard);
    if (!(file instanceof LargeFile)) return void this.#refuses(entry, file);
    if (this.#refuses(entry, file.opened)) return file[Symbol.dispose]();
    yield* this.#flush();
    yield* this.#run(entry, file, {});
  }

  *#run(entry: PlannedEntry, file: LargeFile, as: StoredAs): Generator<PackedFrame> {
    using _file = file;
    const attributes = this.#keep(as.attributes ?? file.opened.attributes!);
    const large = { path: entry.path, attributes, file, as };
    yield* packLarge(large, { reading: this.#scratch, frame: this.#buffers.largeFrame });
    // A snapshot is another file by nature; it stands for the database under all its names.
    this.#standing.add(entry.path, as.attributes === undefined ? file.opened : {});
  }

  /** A directory that is gone stays, as the parent of what was planned below it. */
  *#packDirectory(entry: PlannedEntry): Generator<PackedFrame> {
    const outcome = readAttributes(entry, this.#guard);
    yield* this.#room(entry, 0);
    this.#packer.add({
      path: entry.path,
      type: "directory",
      ...(this.#guard.isRoot(entry.source) ? rootStatus(outcome) : directoryStatus(outcome)),
      ...this.#keep(outcome.attributes ?? this.#lastAttributes),
    });
  }

  *#packSymlink(entry: PlannedEntry): Generator<PackedFrame> {
    const outcome = readLink(entry, this.#guard);
    if (this.#refuses(entry, outcome)) return;
    yield* this.#room(entry, 0);
    this.#packer.add({
      path: entry.path,
      type: "symlink",
      status: "ok",
      target: outcome.target!,
      ...this.#keep(outcome.attributes!),
    });
  }

  /**
   * A further name of a file that is in this section, whatever became of its content since it was planned. If that one
   * is not, or this is another file by now: a file of its own.
   */
  *#packHardlink(entry: PlannedEntry): Generator<PackedFrame> {
    const outcome = readAttributes(entry, this.#guard);
    const { identity, link } = entry;
    const stands = link !== undefined && this.#standing.has(link);
    const isSame = outcome.status === "ok" && (this.#isPlain ? !outcome.moved : !outcome.replaced);
    if (!isSame || !stands) {
      if (this.#isPlain) return this.#move(entry, "its first name is sealed, or it is another file now");
      return yield* this.#packFile({
        ...entry,
        type: "file",
        size: identity === undefined ? 0 : sizeBytesOf(identity),
      });
    }
    yield* this.#room(entry, 0);
    this.#packer.add({
      path: entry.path,
      type: "hardlink",
      status: "ok",
      link,
      ...this.#keep(outcome.attributes!),
    });
  }

  get #isPlain(): boolean {
    return this.#section === "plain";
  }

  /** True where the entry does not get content here: it is moved, or recorded as absent. */
  #refuses(entry: PlannedEntry, outcome: ReadOutcome): boolean {
    const isAsPlanned = outcome.status === "ok" && outcome.moved !== true && outcome.reason === undefined;
    if (this.#isPlain && !isAsPlanned) {
      this.#move(entry, outcome.reason ?? "changed since it was scanned");
      return true;
    }
    if (outcome.attributes !== undefined && outcome.status !== "vanished") return false;
    this.#packer.addAbsent(absentLine(entry, outcome.status, outcome.reason));
    return true;
  }

  #move(entry: PlannedEntry, reason: string): void {
    this.moved.push(entry);
    this.#packer.addAbsent({ path: entry.path, type: entry.type, status: "moved", reason, absent: true });
  }

  *#room(entry: PlannedEntry, contentBytes: number): Generator<PackedFrame> {
    if (!this.#packer.fits(recordBound(entry, contentBytes))) yield this.#packer.finish();
  }

  #keep(attributes: Attributes): Attributes {
    this.#lastAttributes = attributes;
    return attributes;
  }
}
