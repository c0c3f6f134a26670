import { DiskError } from "../disk/errors.ts";
import type { StagingWriter } from "../disk/staging-writer.ts";
import { type EntryPath, displayPath, parentOf } from "../format/entry-path.ts";
import type { StoredLine } from "../format/entry.ts";
import type { SalvageSink } from "../format/survey/section-survey.ts";

/**
 * Writes what a survey reads, as long as it may turn out to be whole. What cannot be made on this file system, or would
 * stand in the place of something else, is left out and named: one bad entry does not cost the others.
 */
export class SalvageWriter implements SalvageSink {
  readonly #writer: StagingWriter;
  /** What stands at a path, or will at the end. */
  readonly #taken = new Map<EntryPath, "directory" | "other">();
  readonly skipped: EntryPath[] = [];
  readonly warnings: string[] = [];
  #isOpen = false;

  constructor(writer: StagingWriter) {
    this.#writer = writer;
  }

  begin(line: StoredLine): void {
    this.#isOpen = false;
    if (this.#isTaken(line)) return this.#skip(line, "something else already stands in its place");
    try {
      this.#writer.begin(line);
    } catch (error) {
      if (!isOfOneEntry(error)) throw error;
      return this.#skip(line, error.message);
    }
    this.#isOpen = true;
    this.#take(line);
  }

  content(bytes: Uint8Array): void {
    if (this.#isOpen) this.#writer.content(bytes);
  }

  /** What turns out to be worthless when its end is reached is taken away again. */
  end(line: StoredLine, verdict: "whole" | "worthless"): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (verdict === "whole") return this.#writer.end(line);
    this.#writer.discard();
    this.#taken.delete(line.path);
  }

  #isTaken({ path, type }: StoredLine): boolean {
    if (this.#taken.has(path)) return !(type === "directory" && this.#taken.get(path) === "directory");
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
      const kind = this.#taken.get(above);
      if (kind !== undefined) return kind === "other";
    }
    return false;
  }

  #take({ path, type }: StoredLine): void {
    this.#taken.set(path, type === "directory" ? "directory" : "other");
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
      if (this.#taken.has(above)) return;
      this.#taken.set(above, "directory");
    }
  }

  #skip({ path }: StoredLine, why: string): void {
    this.skipped.push(path);
    this.warnings.push(`${displayPath(path)} was left out: ${why}`);
  }
}

/** A name that this file system does not take, or cannot tell from another: no fault of the disk. */
function isOfOneEntry(error: unknown): error is DiskError {
  if (!(error instanceof DiskError)) return false;
  return error.code === "collision" || /ENAMETOOLONG|EILSEQ|EINVAL/.test(error.message);
}
