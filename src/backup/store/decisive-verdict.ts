import type { VerdictRecord } from "../../records/verdict-records.ts";

const levels = { quick: 0, intact: 1, full: 2 } as const satisfies Record<VerdictRecord["level"], number>;
const proved: ReadonlySet<string> = new Set(["complete", "intact", "full", "authentic"]);

export function isProved({ verdict }: Pick<VerdictRecord, "verdict">): boolean {
  return proved.has(verdict);
}

/**
 * The verdict that holds for an archive of this version: a refusal, unless a later look at least as deep found nothing
 * wrong; else the deepest.
 */
export function decisiveVerdict(
  records: readonly VerdictRecord[],
  version: string,
): VerdictRecord | undefined {
  const deepestFirst = records
    .filter((record) => record.version === version)
    .toSorted((a, b) => levels[b.level] - levels[a.level] || (a.at < b.at ? 1 : -1));
  const refusals = deepestFirst.filter((record) => !isProved(record));
  const standing = refusals.find(
    (refusal) => !deepestFirst.some((other) => isProved(other) && overrules(other, refusal)),
  );
  return standing ?? deepestFirst.find((record) => isProved(record));
}

function overrules(one: VerdictRecord, other: VerdictRecord): boolean {
  return levels[one.level] >= levels[other.level] && one.at > other.at;
}
