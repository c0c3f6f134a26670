import { type RetentionPolicy, isEmptyPolicy } from "./policy.ts";
import { type Dated, rulesThatKeep } from "./rules.ts";

/** An archive of a series, as far as retention asks. */
export interface Retained extends Dated {
  readonly name: string;
  /** Two good ones with the same manifest are copies of one archive. */
  readonly manifestSha256: string;
  /** Null for one without a series. */
  readonly sequence: number | null;
  readonly pinned: boolean;
  /** Whether it verifies, as far as is known. */
  readonly isGood: boolean;
  /** Whether data that matters is known to have been missed at its capture. */
  readonly isIncomplete: boolean;
}

/** What becomes of an archive. */
export interface Decision<T> {
  readonly archive: T;
  /** Rules of the policy and protections that keep it, in words; none: it is removed. */
  readonly keptBy: readonly string[];
}

/**
 * What becomes of the archives of one series, newest first. Beside what the policy keeps there always stay the newest
 * good one, by date and by number, and the newest whose capture is not known to be incomplete; pinned ones; those that
 * do not verify; and those dated in the future. The last three are otherwise as if they were not there: none ever pushes
 * out another one. Copies of one archive are one archive.
 * Throws RangeError for a policy that is empty.
 */
export function decide<T extends Retained>(
  series: readonly T[],
  policy: RetentionPolicy,
  now: Date,
): Decision<T>[] {
  if (isEmptyPolicy(policy)) throw new RangeError("an empty policy keeps nothing");
  const archives = series
    .toSorted(newestFirst)
    .map((archive) => ({ archive, protections: protectionsOf(archive, now) }));
  const counted = new Map<string, T>();
  for (const { archive, protections } of archives) {
    if (protections.length === 0 && !counted.has(archive.manifestSha256))
      counted.set(archive.manifestSha256, archive);
  }
  const reasons = reasonsToKeep(counted, policy);
  return archives.map(({ archive, protections }) => ({
    archive,
    keptBy: protections.length > 0 ? protections : reasons.get(archive.manifestSha256)!,
  }));
}

/** What keeps each of the archives that count, by their manifest. */
function reasonsToKeep(
  counted: ReadonlyMap<string, Retained>,
  policy: RetentionPolicy,
): Map<string, string[]> {
  const archives = [...counted.values()];
  const rules = rulesThatKeep(archives, policy);
  const reasons = new Map(archives.map(({ manifestSha256 }, at) => [manifestSha256, rules[at]!]));
  for (const { manifestSha256 } of newestOf(archives)) reasons.get(manifestSha256)!.push("newest");
  return reasons;
}

/** By date; of the same second the one with the higher number, at last by name, so that the order is always the same. */
export function newestFirst(
  a: Pick<Retained, "createdAt" | "sequence" | "name">,
  b: Pick<Retained, "createdAt" | "sequence" | "name">,
): number {
  const byDate = b.createdAt.getTime() - a.createdAt.getTime() || (b.sequence ?? -1) - (a.sequence ?? -1);
  if (byDate !== 0) return byDate;
  if (a.name === b.name) return 0;
  return a.name < b.name ? 1 : -1;
}

/** Why an archive stays whatever the policy says, and does not count towards it. */
function protectionsOf(archive: Retained, now: Date): string[] {
  return [
    ...(archive.isGood ? [] : ["does not verify"]),
    ...(isFuture(archive, now) ? ["dated in the future"] : []),
    ...(archive.pinned ? ["pinned"] : []),
  ];
}

function isFuture({ createdAt }: Dated, now: Date): boolean {
  return createdAt.getTime() > now.getTime();
}

/** By date, and by number: after a clock was put back the two differ, and either may be meant. */
function newestOf(counted: readonly Retained[]): Set<Retained> {
  const [first, ...others] = counted;
  if (first === undefined) return new Set();
  let highest = first;
  for (const one of others) if ((one.sequence ?? -1) > (highest.sequence ?? -1)) highest = one;
  const complete = counted.find(({ isIncomplete }) => !isIncomplete);
  return new Set([first, highest, complete ?? first]);
}
