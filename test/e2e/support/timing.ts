const rows: { step: string; seconds: number }[] = [];

/** Does `work` and keeps how long it took under `step`. */
export async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  try {
    return await work();
  } finally {
    rows.push({ step, seconds: Math.round((performance.now() - begin) / 100) / 10 });
  }
}

/** Prints the table of all steps so far. */
export function printTimings(): void {
  console.table(rows);
}
