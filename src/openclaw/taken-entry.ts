/** An entry of a backup, as far as facts about an installation need it. Paths are byte strings (latin1). */
export interface TakenEntry {
  /** In the archive. */
  readonly path: string;
  /** On disk, absolute. */
  readonly source: string;
  /** An SQLite database. */
  readonly database?: true;
  /** Set if it is left out, with all below it. */
  readonly excluded?: object;
}
