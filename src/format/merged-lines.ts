import { comparePaths } from "./entry-path.ts";
import type { IndexLine } from "./entry.ts";
import { LineCursor } from "./index-reader.ts";
import type { SectionTail } from "./section-reader.ts";

export interface SectionLine<T> {
  readonly line: IndexLine;
  readonly section: T;
}

interface Cursor<T> {
  readonly section: T;
  readonly lines: LineCursor;
}

/**
 * The lines of sections as one list by rising path; of equal ones the first section's first. To be waited for only where
 * a frame is read: a promise for each line would take as long as all else that is done with it.
 */
export class MergedLines<T extends { readonly reader: SectionTail }> {
  readonly #cursors: readonly Cursor<T>[];

  constructor(sections: readonly T[]) {
    this.#cursors = sections.map((section) => ({ section, lines: new LineCursor(section.reader) }));
  }

  /** False where {@link fill} must be awaited before {@link take}. */
  get isReady(): boolean {
    for (const { lines } of this.#cursors) if (!lines.ready) return false;
    return true;
  }

  async fill(): Promise<void> {
    for (const { lines } of this.#cursors) if (!lines.ready) await lines.fill();
  }

  /** The next line; undefined after the last. */
  take(): SectionLine<T> | undefined {
    let first: Cursor<T> | undefined;
    let line: IndexLine | undefined;
    for (const cursor of this.#cursors) {
      const { current } = cursor.lines;
      if (current === undefined || (line !== undefined && comparePaths(current.path, line.path) >= 0))
        continue;
      first = cursor;
      line = current;
    }
    if (first === undefined || line === undefined) return undefined;
    first.lines.advance();
    return { line, section: first.section };
  }
}
