import type { SectionName } from "../format/entry.ts";
import { type Found, withoutContent } from "./draft.ts";
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
  /** Why it cannot be opened. */
  readonly unreadable?: string;
}

/** Some of what a look at a tree finds, in archive order. */
export interface TreePart {
  readonly entries: readonly PlannedEntry[];
  /** Those of them that no rule seals: files and symbolic links. */
  readonly candidates: readonly PlannedEntry[];
}

/**
 * Lists what is to be captured, then decides for each entry whether it may stand readable in the archive. Meanwhile
 * whoever knows secrets looks into the candidates: a file that nobody has looked into is never written readable.
 *
 * Synchronous, in steps (several times faster than promises).
 */
export class TreeScan {
  readonly #walk: Walk;
  readonly #exposure: Exposure;

  constructor(rules: ScanRules) {
    this.#walk = new Walk(rules);
    this.#exposure = new Exposure(rules);
  }

  /**
   * Looks at the roots, once, part by part. Throws DiskError `root-missing`, `root-unreadable` or `bad-pattern`; whatever
   * else goes wrong below a root is an entry that says so.
   */
  *look(roots: readonly CaptureRoot[]): Generator<TreePart> {
    let seen = 0;
    for (const _ of this.#walk.walk(roots)) {
      yield this.#part(seen);
      seen = this.#walk.found.length;
    }
    yield this.#part(seen);
  }

  /** `verdicts` are those of the candidates, in their order. Call it once. */
  settle(verdicts: readonly ContentVerdict[]): ScanResult {
    const candidates = this.#walk.found.filter(({ entry }) => isCandidate(entry));
    if (verdicts.length !== candidates.length) throw new RangeError("one verdict a candidate");
    for (const [index, found] of candidates.entries()) this.#judge(found, verdicts[index]!);
    return this.#result();
  }

  /** The sections as they are before anyone looked into the files. */
  settleUnread(): ScanResult {
    return this.#result();
  }

  #part(from: number): TreePart {
    const found = this.#walk.found.slice(from);
    this.#exposure.apply(found);
    const entries = found.map(({ entry }): PlannedEntry => entry);
    return { entries, candidates: entries.filter((entry) => isCandidate(entry)) };
  }

  #judge(found: Found, { sealedBy, scannedSha256, unreadable }: ContentVerdict): void {
    const { entry } = found;
    if (unreadable !== undefined) return withoutContent(found, unreadable);
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

/** What would be captured, by rules and names alone: nothing of it may be written readable. Throws as a look does. */
export function scan(roots: readonly CaptureRoot[], rules: ScanRules): ScanResult {
  const tree = new TreeScan(rules);
  for (const _ of tree.look(roots));
  return tree.settleUnread();
}

function isCandidate({ sealedBy, type }: PlannedEntry): boolean {
  return sealedBy === undefined && (type === "file" || type === "symlink");
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
