import { type Sample, median } from "./measure.ts";

export interface Row extends Sample {
  readonly job: string;
  readonly name: string;
  readonly rounds: readonly Sample[];
  readonly outputBytes?: number;
  /** Wall time in that of the job's first row. */
  readonly ratio: number;
}

export interface Measured {
  readonly job: string;
  readonly name: string;
  readonly rounds: readonly Sample[];
  readonly outputBytes?: number;
}

/** The medians of a job's rounds, each beside the first contender's. */
export function rowsOf(measured: readonly Measured[]): Row[] {
  const first = measured[0];
  return measured.map((one) => ({
    ...one,
    wallSeconds: medianOf(one.rounds, "wallSeconds"),
    cpuSeconds: medianOf(one.rounds, "cpuSeconds"),
    peakMiB: medianOf(one.rounds, "peakMiB"),
    // Paired: both of one round ran in the same half minute of a machine that others use too.
    ratio: median(one.rounds.map(({ wallSeconds }, n) => wallSeconds / first!.rounds[n]!.wallSeconds)),
  }));
}

function medianOf(rounds: readonly Sample[], key: keyof Sample): number {
  return median(rounds.map((sample) => sample[key]));
}

/** A table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const header = ["job", "by", "wall s", "CPU s", "peak MiB", "output MB", "wall / ocbak"];
  const cells = rows.map((row) => [
    row.job,
    `\`${row.name.replaceAll("|", "\\|")}\``,
    row.wallSeconds.toFixed(2),
    row.cpuSeconds.toFixed(2),
    row.peakMiB.toFixed(0),
    row.outputBytes === undefined ? "" : (row.outputBytes / 1e6).toFixed(1),
    row.ratio.toFixed(2),
  ]);
  const rule = ["---", "---", "--:", "--:", "--:", "--:", "--:"];
  return [header, rule, ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
