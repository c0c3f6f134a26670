import type { AbsentLine, SectionName, StoredLine } from "./entry.ts";

/**
 * Receives the entries of a section in order. Calls are synchronous: in a loop over many small files promises cost
 * several times the work itself. A visitor that throws ends the reading.
 */
export interface EntryVisitor {
  begin(line: StoredLine, section: SectionName): void;
  /** The next content bytes of the file begun last. The buffer is reused after the call. */
  content(bytes: Uint8Array): void;
  /** The entry is complete and its digest proved. */
  end(line: StoredLine): void;
  absent?(line: AbsentLine, section: SectionName): void;
}
