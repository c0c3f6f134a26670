/**
 * Compares versions of OpenClaw (`2026.9.6`, `2026.9.6-beta.2`, `2026.9.6-1` for a second release of the day): below 0
 * where `a` is older. What is no version compares as equal: nothing is refused for it.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) return 0;
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - right.numbers[index]!;
    if (difference !== 0) return difference;
  }
  return left.rank - right.rank;
}

interface Version {
  readonly numbers: readonly number[];
  /** Before 0: a beta; after: a later release. */
  readonly rank: number;
}

function parse(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-(?:(\d+)|[a-z]+\.?(\d+)?))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, later, beta] = match;
  const isBeta = later === undefined && text.includes("-");
  return {
    numbers: [Number(year), Number(month), Number(day)],
    rank: isBeta ? Number(beta ?? 0) - 1e6 : Number(later ?? 0),
  };
}
