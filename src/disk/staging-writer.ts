import { unlinkSync } from "node:fs";

import { displayBytes, displayPath, rootIdOf, type EntryPath } from "../format/entry-path.ts";
import type { DirectoryLine, FileLine, HardlinkLine, StoredLine, SymlinkLine } from "../format/entry.ts";
import type { EntryVisitor } from "../format/visitor.ts";
import { DiskError } from "./errors.ts";
import { diskError } from "./io-error.ts";
import { leavesTrees } from "./outside-links.ts";
import { StagedDirectories } from "./staged-directories.ts";
import { StagedFile, type FinalAttributes, type Ownership } from "./staged-file.ts";
import { identifyFile, makeHardlink, makeSymlink, type PendingHardlink } from "./staged-links.ts";
import { placeOf, type StagedRoot } from "./staged-path.ts";

/** Files, and what lies around them, can be made by different writers: files by several threads at once. */
export type Making = "everything" | "files" | "all-but-files";

export interface StagingOptions {
  /** Where the entries of a root go; null leaves the root out. */
  readonly place: (rootId: string) => StagedRoot | null;
  /** The final places of all that is restored: a symbolic link that leads out of them is an outside link. */
  readonly trees: readonly string[];
  /** What a link is to lead to; bytes as latin1. Default: to what it led to. */
  readonly linkTarget?: ((path: EntryPath, target: string) => string) | undefined;
  /** What becomes of outside links: the first one ends the restore, or they are left out, or made as they are. */
  readonly outsideLinks: "refuse" | "skip" | "keep";
  /** Given to everything created. Undefined: this process's own. */
  readonly ownership?: Ownership | undefined;
  /** Roots in which group and others get nothing: state, config, credentials, agent dirs. */
  readonly privateRoots?: ReadonlySet<string>;
  /**
   * `files`: only these, their directories are there. `all-but-files`: the directories of files, too, and files count as made; a hard
   * link must come when the file it refers to is there. Default: everything.
   */
  readonly makes?: Making;
}

export interface OutsideLink {
  readonly path: EntryPath;
  /** The link's content, bytes as latin1. */
  readonly target: string;
}

export interface StagingSummary {
  /** Entries made. */
  readonly entries: number;
  /** Content bytes of the files made. */
  readonly bytes: number;
  readonly outsideLinks: readonly OutsideLink[];
  /** Hard links not made because the file they refer to was not written by this run. */
  readonly missingLinks: readonly EntryPath[];
}

interface OpenFile {
  readonly line: FileLine;
  readonly place: Buffer;
  readonly file: StagedFile;
}

/**
 * Writes entries into staging trees, as they come from both sections of an archive, one after the other. Everything goes
 * by descriptor, links are made last and never followed, directories get owner, mode and time at the very end.
 * Calls are synchronous and throw DiskErrors. A writer that threw is done for: dispose of it and remove the staging.
 */
export class StagingWriter implements EntryVisitor, Disposable {
  readonly #options: StagingOptions;
  readonly #directories: StagedDirectories;
  readonly #symlinks: SymlinkLine[] = [];
  readonly #hardlinks: PendingHardlink[] = [];
  readonly #outsideLinks: OutsideLink[] = [];
  readonly #missingLinks: EntryPath[] = [];
  readonly #trees: readonly string[];
  #open: OpenFile | undefined;
  #entries = 0;
  #bytes = 0;

  constructor(options: StagingOptions) {
    this.#options = options;
    this.#trees = options.trees.map(bytesOfText);
    this.#directories = new StagedDirectories(options.ownership);
  }

  begin(line: StoredLine): void {
    if (this.#open !== undefined) throw new TypeError(`${displayPath(this.#open.line.path)} was not ended`);
    const root = this.#options.place(rootIdOf(line.path));
    if (root === null) return;
    attempt(line, () => this.#beginIn(root, line));
  }

  #beginIn(root: StagedRoot, line: StoredLine): void {
    const place = placeOf(line.path, root);
    if (line.type === "file") return this.#addFile(line, place, root);
    if (this.#options.makes === "files") return;
    if (line.type === "directory") return this.#addDirectory(line, place, root);
    this.#directories.makeParents(place, root.floor);
    if (line.type === "symlink") this.#addSymlink(line, root);
    else this.#addHardlink(line, place);
  }

  #addFile(line: FileLine, place: Buffer, root: StagedRoot): void {
    const { makes = "everything" } = this.#options;
    if (makes !== "files") this.#directories.makeParents(place, root.floor);
    if (makes === "all-but-files") this.#count(line);
    else this.#open = { line, place, file: new StagedFile(place, line.sparse ? "sparse" : "dense") };
  }

  #count({ size }: FileLine): void {
    this.#entries += 1;
    this.#bytes += size;
  }

  #addDirectory(line: DirectoryLine, place: Buffer, root: StagedRoot): void {
    const mode = this.#modeOf(line);
    // A root that its owner could not enter or change would be of no use, and could not be promoted without root.
    const usable = line.path === rootIdOf(line.path) ? mode | 0o700 : mode;
    this.#directories.add(place, root.floor, { mode: usable, mtime: line.mtime });
    this.#entries += 1;
  }

  #addSymlink(captured: SymlinkLine, root: StagedRoot): void {
    const link = placeOf(captured.path, { ...root, base: root.target }).toString("latin1");
    const target = this.#options.linkTarget?.(captured.path, captured.target) ?? captured.target;
    const line = { ...captured, target };
    if (leavesTrees(link, line.target, this.#trees)) {
      this.#outsideLinks.push({ path: line.path, target: line.target });
      if (this.#options.outsideLinks === "skip") return;
      if (this.#options.outsideLinks === "refuse") throw outsideLink(line);
    }
    this.#symlinks.push(line);
  }

  #addHardlink(line: HardlinkLine, place: Buffer): void {
    const root = this.#options.place(rootIdOf(line.link));
    const file = root === null ? undefined : placeOf(line.link, root);
    const identity = file === undefined ? undefined : identifyFile(file);
    if (file === undefined || identity === undefined) this.#missingLinks.push(line.path);
    else this.#hardlinks.push({ line, place, file, identity });
  }

  /** The next content bytes of the file begun last; for a root left out, dropped. */
  content(bytes: Uint8Array): void {
    if (this.#open === undefined) return;
    const { file, line } = this.#open;
    attempt(line, () => file.write(bytes));
  }

  end(line: StoredLine): void {
    if (this.#open === undefined) return;
    const { file, line: begun } = this.#open;
    this.#open = undefined;
    try {
      attempt(line, () => file.finish(this.#attributesOf(line)));
    } finally {
      file[Symbol.dispose]();
    }
    this.#count(begun);
  }

  /** Removes the file begun last, instead of ending it: its content turned out not to be whole (salvage). */
  discard(): void {
    const open = this.#open;
    this[Symbol.dispose]();
    if (open !== undefined) unlinkSync(open.place);
  }

  /**
   * After the last entry: makes the links, then owner, mode and time of the directories. `flush` is called in between, when
   * everything is in its place and can be walked.
   */
  async finish(flush: () => Promise<void>): Promise<StagingSummary> {
    for (const pending of this.#hardlinks) {
      attempt(pending.line, () => {
        if (makeHardlink(pending, this.#attributesOf(pending.line))) this.#entries += 1;
        else this.#missingLinks.push(pending.line.path);
      });
    }
    for (const line of this.#symlinks) attempt(line, () => this.#makeSymlink(line));
    this.#directories.applyToWalkable();
    await flush();
    this.#directories.applyToClosed();
    return {
      entries: this.#entries,
      bytes: this.#bytes,
      outsideLinks: this.#outsideLinks,
      missingLinks: this.#missingLinks,
    };
  }

  #makeSymlink(line: SymlinkLine): void {
    const root = this.#options.place(rootIdOf(line.path))!;
    makeSymlink(line, placeOf(line.path, root), this.#options.ownership);
    this.#entries += 1;
  }

  #modeOf(line: StoredLine): number {
    const isPrivate = this.#options.privateRoots?.has(rootIdOf(line.path)) === true;
    return line.mode & (isPrivate ? 0o700 : 0o777);
  }

  #attributesOf(line: StoredLine): FinalAttributes {
    return { mode: this.#modeOf(line), mtime: line.mtime, ownership: this.#options.ownership };
  }

  /** Closes the file that is open, where a reader stopped in the middle. */
  [Symbol.dispose](): void {
    this.#open?.file[Symbol.dispose]();
    this.#open = undefined;
  }
}

function attempt(line: StoredLine, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw diskError(error, `writing ${displayPath(line.path)}`);
  }
}

function outsideLink(line: SymlinkLine): DiskError {
  const shown = `${displayPath(line.path)} -> ${displayBytes(line.target)}`;
  return new DiskError("unsafe-link", `the symbolic link ${shown} leads out of what is restored`);
}

function bytesOfText(text: string): string {
  return Buffer.from(text).toString("latin1");
}
