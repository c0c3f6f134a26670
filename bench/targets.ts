import { type JobName, jobs } from "./jobs.ts";
import type { SizeName } from "./mixes.ts";
import { type Row, markdown, pairedRatio } from "./table.ts";

/** A promise of speed, and what was measured of it: not met if it is more than the limit. */
export interface Verdict {
  readonly job: string;
  readonly target: string;
  readonly limit: number;
  /** undefined: what it needs was not measured. */
  readonly measured: number | undefined;
}

interface Target {
  readonly job: JobName;
  readonly target: string;
  readonly limit: number;
  /** The trees for which it holds. None: for all. */
  readonly sizes?: readonly SizeName[];
  readonly measure: (rows: readonly Row[]) => number | undefined;
}

const against = {
  pipe: "tar, zstd -3 and age",
  restic: "restic",
  borg: "borg",
  openclaw: "openclaw --verify",
};

const targets: readonly Target[] = [
  wall("create", "pipe", 1, { sizes: ["S", "M"] }),
  wall("create", "pipe", 1.1, { sizes: ["L"] }),
  wall("cold", "pipe", 0.6, { sizes: ["L"] }),
  { job: "create", target: "output / that of tar, zstd -3 and age", limit: 1.05, measure: output },
  wall("create", "restic", 0.5, { sizes: ["S", "M"] }),
  wall("create", "openclaw", 0.1, { variant: "verified" }),
  wall("verify", "pipe", 1, { sizes: ["M"] }),
  wall("verify", "pipe", 1.2, { sizes: ["L"] }),
  wall("verify", "restic", 0.45),
  ...(["quick", "list", "cat"] as const).flatMap((job) => quickly(job)),
  wall("restore", "pipe", 0.8, { sizes: ["M"] }),
  wall("restore", "restic", 0.6),
  ...(Object.keys(jobs) as JobName[]).flatMap((job) => [
    memory(job, 300, ["S", "M"]),
    memory(job, 350, ["L"]),
  ]),
];

/** The targets that hold for a tree, none of them left out. A given tree has no size. */
export function judge(rows: readonly Row[], size: SizeName | undefined): Verdict[] {
  return targets
    .filter(({ sizes }) => sizes === undefined || (size !== undefined && sizes.includes(size)))
    .map(({ job, target, limit, measure }) => ({
      job: jobs[job],
      target,
      limit,
      measured: measure(rows),
    }));
}

export function verdictsOf(verdicts: readonly Verdict[]): string {
  return markdown(
    ["job", "target", "at most", "measured", "met"],
    verdicts.map(({ job, target, limit, measured }) => [
      job,
      target,
      String(limit),
      measured === undefined ? "" : measured.toFixed(measured < 10 ? 4 : 0),
      measured === undefined ? "not measured" : measured <= limit ? "yes" : "**no**",
    ]),
    2,
  );
}

function find(rows: readonly Row[], job: JobName, tool: string, variant?: string): Row | undefined {
  return rows.find((row) => row.job === jobs[job] && row.tool === tool && row.variant === variant);
}

/** ocbak's wall time in that of a peer. */
function wall(
  job: JobName,
  peer: keyof typeof against,
  limit: number,
  { sizes, variant }: { readonly sizes?: readonly SizeName[]; readonly variant?: string } = {},
): Target {
  return {
    job,
    target: `${variant === undefined ? "" : "with verification, "}wall / ${against[peer]}`,
    limit,
    ...(sizes && { sizes }),
    measure: (rows) => {
      const own = find(rows, job, "ocbak", variant);
      const other = find(rows, job, peer, variant);
      return own && other && pairedRatio(own, other);
    },
  };
}

function output(rows: readonly Row[]): number | undefined {
  const own = find(rows, "create", "ocbak")?.outputBytes;
  const other = find(rows, "create", "pipe")?.outputBytes;
  return own === undefined || other === undefined ? undefined : own / other;
}

/** What reads little, of a large archive. Of several ways (cat: a readable and a sealed file) the worst counts. */
function quickly(job: "quick" | "list" | "cat"): Target[] {
  const worst = (rows: readonly Row[], of: (row: Row) => number | undefined): number | undefined => {
    const own = rows.filter((row) => row.job === jobs[job] && row.tool === "ocbak").map(of);
    const known = own.filter((value) => value !== undefined);
    return own.length > 0 && known.length === own.length ? Math.max(...known) : undefined;
  };
  const sizes = ["M"] as const;
  const versus = (peer: "restic" | "borg") => ({
    job,
    target: `wall / ${against[peer]}`,
    limit: 0.5,
    sizes,
    measure: (rows: readonly Row[]) => {
      const other = find(rows, job, peer);
      return other && worst(rows, (row) => pairedRatio(row, other));
    },
  });
  return [
    {
      job,
      target: "seconds of the whole process",
      limit: 0.35,
      sizes,
      measure: (rows) => worst(rows, ({ wallSeconds }) => wallSeconds),
    },
    {
      job,
      target: "percent of the archive read",
      limit: 1,
      sizes,
      measure: (rows) =>
        worst(rows, ({ readShare }) => (readShare === undefined ? undefined : readShare * 100)),
    },
    versus("restic"),
    versus("borg"),
  ];
}

/** The worst of all rounds. */
function memory(job: JobName, limit: number, sizes: readonly SizeName[]): Target {
  return {
    job,
    target: "MiB of memory at the peak",
    limit,
    sizes,
    measure: (rows) => {
      const own = rows.filter((row) => row.job === jobs[job] && row.tool === "ocbak");
      const peaks = own.flatMap(({ rounds }) => rounds.map(({ peakMiB }) => peakMiB));
      return peaks.length > 0 ? Math.max(...peaks) : undefined;
    },
  };
}
