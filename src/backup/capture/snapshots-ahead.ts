import type { PlannedEntry } from "../../disk/planned.ts";
import type { SnapshotOutcome } from "./jobs.ts";

/**
 * Has one database copied while what comes before it is still packed: the copy takes as long as packing it does. No more
 * than one lies ready, as copies take disk space.
 */
export class SnapshotsAhead {
  readonly #take: (entry: PlannedEntry) => Promise<SnapshotOutcome>;
  readonly #entries: readonly PlannedEntry[];
  readonly #begun = new Map<PlannedEntry, Promise<SnapshotOutcome>>();
  #next = 0;

  /** `entries` in the order in which they will be wanted, as far as that is known. */
  constructor(entries: readonly PlannedEntry[], take: (entry: PlannedEntry) => Promise<SnapshotOutcome>) {
    this.#entries = entries;
    this.#take = take;
    this.#beginNext();
  }

  async of(entry: PlannedEntry): Promise<SnapshotOutcome> {
    const begun = this.#begun.get(entry) ?? this.#begin(entry);
    const outcome = await begun;
    this.#begun.delete(entry);
    this.#beginNext();
    return outcome;
  }

  #beginNext(): void {
    const entry = this.#entries[this.#next++];
    if (entry !== undefined) void this.#begin(entry);
  }

  #begin(entry: PlannedEntry): Promise<SnapshotOutcome> {
    const outcome = this.#take(entry);
    // Told to who asks for it, if ever.
    outcome.catch(() => {});
    this.#begun.set(entry, outcome);
    return outcome;
  }
}
