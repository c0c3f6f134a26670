import { type Sample, median } from "./measure.ts";

/** What a contender was seen to do in a job, round by round. */
export interface Measured {
  readonly job: string;
  readonly tool: string;
  readonly variant?: string;
  /** What was run, for people. */
  readonly by: string;
  readonly rounds: readonly Sample[];
  /** By how much the place to which it writes grew. */
  readonly outputBytes?: number;
  /** How much of the archive it read, 1 being all of it. */
  readonly readShare?: number;
}

export interface Row extends Measured, Sample {
  /** Wall time in that of the job's first row. */
  readonly ratio: number;
}

/** The medians of a job's rounds, each beside the first contender's. */
export function rowsOf(measured: readonly Measured[]): Row[] {
  return measured.map((one) => ({
    ...one,
    wallSeconds: medianOf(one.rounds, "wallSeconds"),
    cpuSeconds: medianOf(one.rounds, "cpuSeconds"),
    peakMiB: medianOf(one.rounds, "peakMiB"),
    ratio: pairedRatio(one, measured[0]!),
  }));
}

/**
 * The median of the ratios of wall time of each round: both of one round ran in the same minutes of a machine that others
 * use too. Of the rounds that both had.
 */
export function pairedRatio(one: Pick<Measured, "rounds">, other: Pick<Measured, "rounds">): number {
  const both = Math.min(one.rounds.length, other.rounds.length);
  return median(
    one.rounds.slice(0, both).map(({ wallSeconds }, n) => wallSeconds / other.rounds[n]!.wallSeconds),
  );
}

function medianOf(rounds: readonly Sample[], key: keyof Sample): number {
  return median(rounds.map((sample) => sample[key]));
}

const columns = ["job", "by", "rounds", "wall s", "CPU s", "peak MiB", "output MB", "read", "wall / ocbak"];

/** A table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  return markdown(
    columns,
    rows.map((row) => [
      row.job,
      `\`${row.by}\``,
      String(row.rounds.length),
      row.wallSeconds.toFixed(2),
      row.cpuSeconds.toFixed(2),
      row.peakMiB.toFixed(0),
      row.outputBytes === undefined ? "" : (row.outputBytes / 1e6).toFixed(1),
      row.readShare === undefined ? "" : `${(row.readShare * 100).toFixed(2)} %`,
      row.ratio.toFixed(2),
    ]),
    2,
  );
}

/** The first `left` columns hold words, the others numbers. */
export function markdown(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  left: number,
): string {
  const rule = head.map((_, column) => (column < left ? "---" : "--:"));
  return [head, rule, ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
