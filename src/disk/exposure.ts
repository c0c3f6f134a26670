import type { Found } from "./draft.ts";
import type { ScanRules } from "./planned.ts";
import { compileUserGlobs } from "./root-rules.ts";

/** A file that stands readable because the user said so. */
export interface Exposed {
  readonly found: Found;
  /** Why it would have been sealed. */
  readonly reason: string;
}

/**
 * Files that the user wants readable whatever rules or the look into them say. Never databases, files over the bound,
 * or anything outside of the roots that may have readable entries.
 */
export class Exposure {
  readonly #isWanted: (path: string) => boolean;
  readonly #ruleIds: ReadonlySet<string>;
  readonly #bytesMax: number;
  readonly #reasons = new Map<Found, string>();

  constructor({ expose = [], seal, plainBytesMax }: ScanRules) {
    const matcher = compileUserGlobs(expose);
    this.#isWanted = (path) => matcher(path) !== undefined;
    this.#ruleIds = new Set(seal.map(({ id }) => id));
    this.#bytesMax = plainBytesMax;
  }

  /** Takes back what rules by name decided. */
  apply(found: readonly Found[]): void {
    for (const one of found) {
      const { entry } = one;
      const { sealedBy } = entry;
      const isOpen = entry.type === "file" && entry.database !== true && entry.size <= this.#bytesMax;
      if (!isOpen || sealedBy === undefined || !this.#ruleIds.has(sealedBy) || isAbsent(one)) continue;
      if (!this.#isWanted(entry.path)) continue;
      this.#reasons.set(one, sealedBy);
      delete entry.sealedBy;
    }
  }

  /** True where what was found in the file does not matter. */
  overrides(found: Found, reason: string): boolean {
    if (found.entry.type !== "file" || !this.#isWanted(found.entry.path)) return false;
    this.#reasons.set(found, reason);
    return true;
  }

  /** Those that really stand readable: all names of a file, or none. */
  exposed(): Exposed[] {
    return [...this.#reasons]
      .filter(([{ entry }]) => entry.section === "plain")
      .map(([found, reason]) => ({ found, reason }));
  }
}

function isAbsent({ entry }: Found): boolean {
  return entry.excluded !== undefined || entry.unreadable !== undefined || entry.vanished !== undefined;
}
