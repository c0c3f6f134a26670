/** The kinds of files that an installation consists of. */
export type Kind = "transcript" | "photo" | "browser" | "note" | "object" | "source" | "log" | "database";

/** How many files there are of each kind, and of how many megabytes together. */
export type Mix = Readonly<Record<Kind, readonly [files: number, megabytes: number]>>;

export type SizeName = "S" | "M" | "L";

/**
 * As true installations are: S as after some weeks, M that of a heavy user, L with many checkouts and a large browser
 * profile and few large files. Ten small files are made beside them.
 */
export const mixes: Readonly<Record<SizeName, Mix>> = {
  S: {
    transcript: [150, 62],
    photo: [120, 58],
    browser: [1400, 12],
    note: [700, 4],
    object: [1998, 7],
    source: [600, 5],
    log: [20, 9],
    database: [2, 53],
  },
  M: {
    transcript: [1500, 643],
    photo: [900, 480],
    browser: [12_000, 130],
    note: [9000, 55],
    object: [29_998, 100],
    source: [6500, 50],
    log: [100, 90],
    database: [4, 533],
  },
  L: {
    transcript: [200, 40],
    photo: [100, 20],
    browser: [40_000, 260],
    note: [40_000, 230],
    object: [89_998, 260],
    source: [29_640, 169],
    log: [60, 20],
    database: [1, 11],
  },
};

/** A mix of any size, with M's shares. */
export function mixOf(files: number, megabytes: number): Mix {
  const kinds = Object.values(mixes.M);
  const share = (at: 0 | 1) => kinds.reduce((sum, kind) => sum + kind[at], 0);
  const scaled = Object.entries(mixes.M).map(([kind, [ofFiles, ofBytes]]) => [
    kind,
    [Math.max(1, Math.round((files * ofFiles) / share(0))), (megabytes * ofBytes) / share(1)],
  ]);
  return Object.fromEntries(scaled) as Mix;
}
