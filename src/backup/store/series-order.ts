import type { ArchiveFacts } from "./quick-check.ts";

/** Numbers of a series that are not here and were not pruned, as far as is recorded; both ends are missing. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Archives that cannot all be of one line: two were made by who did not know of each other, or one was forged. */
export interface Fork {
  /** `number`: they have the same; `previous`: they follow the same; `link`: the later one follows another than this. */
  readonly kind: "number" | "previous" | "link";
  /** File names. */
  readonly archives: readonly string[];
}

/** An archive of a series, proved to be what it says. */
export interface Member {
  readonly name: string;
  readonly manifestSha256: string;
  readonly series: NonNullable<ArchiveFacts["series"]>;
}

/** Numbers between the lowest and the highest that is here, but for those that are accounted for otherwise. */
export function gapsOf(members: readonly Member[], accounted: ReadonlySet<number>): Gap[] {
  const here = [...new Set(members.map(({ series }) => series.sequence))].toSorted((a, b) => a - b);
  const known = [...accounted].toSorted((a, b) => a - b);
  return here.flatMap((sequence, at) => {
    const before = here[at - 1];
    return before === undefined ? [] : gapsBetween(before, sequence, known);
  });
}

/** A hostile number may be as high as it likes: only what is known is walked over. */
function gapsBetween(before: number, after: number, accounted: readonly number[]): Gap[] {
  const known = [...accounted.filter((one) => one > before && one < after), after];
  return known.flatMap((one, at) => {
    const from = (known[at - 1] ?? before) + 1;
    return from < one ? [{ from, to: one - 1 }] : [];
  });
}

/** Copies of one archive are no fork. */
export function forksOf(members: readonly Member[]): Fork[] {
  const distinct = [...new Map(members.map((member) => [member.manifestSha256, member])).values()];
  const bySequence = Map.groupBy(distinct, ({ series }) => series.sequence);
  const byPrevious = Map.groupBy(distinct, ({ series }) => series.previous);
  byPrevious.delete(null);
  const forks = [
    ...[...bySequence.values()].map((group) => forkOf("number", group)),
    ...[...byPrevious.values()]
      .filter((group) => new Set(group.map(({ series }) => series.sequence)).size > 1)
      .map((group) => forkOf("previous", group)),
    ...distinct.map((member) => forkOf("link", brokenLink(member, bySequence))),
  ];
  return forks.filter(({ archives }) => archives.length > 1);
}

function forkOf(kind: Fork["kind"], group: readonly Member[]): Fork {
  return { kind, archives: group.map(({ name }) => name) };
}

/** Those with the number before, if none of them is what the member says it follows, and the member. */
function brokenLink(member: Member, bySequence: ReadonlyMap<number, readonly Member[]>): readonly Member[] {
  const { sequence, previous } = member.series;
  const before = bySequence.get(sequence - 1) ?? [];
  return before.some(({ manifestSha256 }) => manifestSha256 === previous) ? [] : [...before, member];
}
