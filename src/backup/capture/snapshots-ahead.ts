import type { PlannedEntry } from "../../disk/planned.ts";
import type { SnapshotOutcome } from "./jobs.ts";

/**
 * Has one database copied while what comes before it is still packed: the copy takes as long as packing it does. No more
 * than one lies ready, as copies take disk space.
 */
export class SnapshotsAhead {
  readonly #take: (entry: PlannedEntry) => Promise<SnapshotOutcome>;
  readonly #entries: readonly PlannedEntry[];
  /** Begun and not handed out. */
  readonly #ahead = new Map<PlannedEntry, Promise<SnapshotOutcome>>();
  readonly #begun = new Set<PlannedEntry>();

  /** `entries` in the order in which they will be wanted, as far as that is known. */
  constructor(entries: readonly PlannedEntry[], take: (entry: PlannedEntry) => Promise<SnapshotOutcome>) {
    this.#entries = entries;
    this.#take = take;
    this.#beginNext();
  }

  /** May be asked for the next before the last is there. */
  async of(entry: PlannedEntry): Promise<SnapshotOutcome> {
    const outcome = await (this.#ahead.get(entry) ?? this.#begin(entry));
    this.#ahead.delete(entry);
    if (this.#ahead.size === 0) this.#beginNext();
    return outcome;
  }

  #beginNext(): void {
    const entry = this.#entries.find((other) => !this.#begun.has(other));
    if (entry !== undefined) void this.#begin(entry);
  }

  #begin(entry: PlannedEntry): Promise<SnapshotOutcome> {
    const outcome = this.#take(entry);
    // Told to who asks for it, if ever.
    outcome.catch(() => {});
    this.#begun.add(entry);
    this.#ahead.set(entry, outcome);
    return outcome;
  }
}
