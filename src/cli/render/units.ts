const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** `1 byte`, `512 bytes`, `3.2 MiB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  if (unit === 0) return count(bytes, "byte");
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `41,943,040`: the same on every machine, whatever its locale. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 file`, `1,204 files`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** `2 entries` … */
export function entries(value: number): string {
  return count(value, "entry", "entries");
}

/** `is` or `are`, to go with a number. */
export function are(value: number): string {
  return value === 1 ? "is" : "are";
}

/** `0.3 s`, `42 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** Columns padded to the widest cell, two blanks apart, each line indented. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
  );
}
