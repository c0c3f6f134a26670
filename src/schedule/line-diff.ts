/** One line of a diff: ` ` stays, `-` goes, `+` comes. */
export type DiffLine = `${" " | "-" | "+"}${string}`;

/** What changes between two texts, line by line, with a line of what stays around it. */
export function lineDiff(before: string | null, after: string | null): DiffLine[] {
  const all = fullDiff(linesOf(before), linesOf(after));
  return all.filter((_, index) =>
    all.slice(Math.max(0, index - 1), index + 2).some((line) => !line.startsWith(" ")),
  );
}

function linesOf(text: string | null): string[] {
  return text === null || text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function fullDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  const common = commonTable(before, after);
  const lines: DiffLine[] = [];
  let [old, fresh] = [0, 0];
  while (old < before.length || fresh < after.length) {
    if (old < before.length && before[old] === after[fresh]) {
      lines.push(` ${before[old]!}`);
      [old, fresh] = [old + 1, fresh + 1];
    } else if (
      old < before.length &&
      (fresh >= after.length || common[old + 1]![fresh]! >= common[old]![fresh + 1]!)
    ) {
      lines.push(`-${before[old]!}`);
      old += 1;
    } else {
      lines.push(`+${after[fresh]!}`);
      fresh += 1;
    }
  }
  return lines;
}

/** How many lines the rests from each pair of places on have in common. */
function commonTable(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: after.length + 1 }, () => 0),
  );
  for (let old = before.length - 1; old >= 0; old -= 1)
    for (let fresh = after.length - 1; fresh >= 0; fresh -= 1)
      table[old]![fresh] =
        before[old] === after[fresh]
          ? table[old + 1]![fresh + 1]! + 1
          : Math.max(table[old + 1]![fresh]!, table[old]![fresh + 1]!);
  return table;
}
