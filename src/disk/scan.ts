import type { SectionName } from "../format/entry.ts";
import type { Found } from "./draft.ts";
import { Exposure } from "./exposure.ts";
import type { CaptureRoot, PlannedEntry, ScanResult, ScanRules, SectionTotals } from "./planned.ts";
import { assignSections } from "./sealing.ts";
import { Walk } from "./walk.ts";

/** What a look into an entry came to. */
export interface ContentVerdict {
  /** Why it is sealed. */
  readonly sealedBy?: string;
  /** Of a file that was read to its end, in the state in which it was planned. */
  readonly scannedSha256?: string;
}

/**
 * Lists what is to be captured, then decides for each entry whether it may stand readable in the archive. Between the
 * two whoever knows secrets looks into the candidates: a file that nobody has looked into is never written readable.
 *
 * Synchronous (several times faster than promises). Throws DiskError `root-missing`, `root-unreadable` or
 * `bad-pattern`; whatever else goes wrong below a root is an entry that says so. `onFound` is told of each as it is
 * found.
 */
export class TreeScan {
  readonly #walk: Walk;
  readonly #exposure: Exposure;

  constructor(roots: readonly CaptureRoot[], rules: ScanRules, onFound?: (entry: PlannedEntry) => void) {
    this.#walk = new Walk(rules, onFound);
    this.#exposure = new Exposure(rules);
    this.#walk.walk(roots);
    this.#exposure.apply(this.#walk.found);
  }

  /** Files and symbolic links that no rule seals. */
  candidates(): PlannedEntry[] {
    return this.#candidates().map(({ entry }) => entry);
  }

  /** The files that a rule seals. */
  sealedBy(rule: string): PlannedEntry[] {
    return this.#walk.found
      .map(({ entry }): PlannedEntry => entry)
      .filter(({ sealedBy, type }) => type === "file" && sealedBy === rule);
  }

  /** `verdicts` are those of the candidates, in their order. Call it once. */
  settle(verdicts: readonly ContentVerdict[]): ScanResult {
    const candidates = this.#candidates();
    if (verdicts.length !== candidates.length) throw new RangeError("one verdict a candidate");
    for (const [index, found] of candidates.entries()) this.#judge(found, verdicts[index]!);
    return this.#result();
  }

  /** The sections as they are before anyone looked into the files. */
  settleUnread(): ScanResult {
    return this.#result();
  }

  #candidates(): Found[] {
    return this.#walk.found.filter(
      ({ entry }) => entry.sealedBy === undefined && (entry.type === "file" || entry.type === "symlink"),
    );
  }

  #judge(found: Found, { sealedBy, scannedSha256 }: ContentVerdict): void {
    const { entry } = found;
    if (scannedSha256 !== undefined) entry.scannedSha256 = scannedSha256;
    else if (entry.type === "file") return void (entry.sealedBy = sealedBy ?? "not-scanned");
    if (sealedBy !== undefined && !this.#exposure.overrides(found, sealedBy)) entry.sealedBy = sealedBy;
  }

  #result(): ScanResult {
    const { found, findings, ignoreTroubles, sealedInodes } = this.#walk;
    assignSections(found, sealedInodes);
    const entries = found.map(({ entry }): PlannedEntry => entry);
    return {
      entries,
      totals: { plain: totalsOf(entries, "plain"), sealed: totalsOf(entries, "sealed") },
      findings,
      ignoreTroubles,
      exposed: this.#exposure.exposed().map(({ found: { entry }, reason }) => ({ path: entry.path, reason })),
    };
  }
}

/** What would be captured, by rules and names alone: nothing of it may be written readable. */
export function scan(roots: readonly CaptureRoot[], rules: ScanRules): ScanResult {
  return new TreeScan(roots, rules).settleUnread();
}

function totalsOf(entries: readonly PlannedEntry[], section: SectionName): SectionTotals {
  let count = 0;
  let contentBytes = 0;
  for (const entry of entries) {
    if (entry.section !== section) continue;
    count += 1;
    contentBytes += entry.size;
  }
  return { entries: count, contentBytes };
}
