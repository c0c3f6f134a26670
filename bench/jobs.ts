/** What is measured, in the order in which it must run: what is created first is what the others read. */
export const jobs = {
  create: "create",
  cold: "create, cold cache",
  verify: "verify, every file",
  intact: "verify, without the key",
  quick: "verify, structure",
  list: "list",
  cat: "one small file",
  restore: "restore",
  again: "create again, 1 % changed",
} as const;

export type JobName = keyof typeof jobs;

/** One way of doing a job. Its lines are of bash; those of one round share nothing with those of another. */
export interface Contender {
  /** For people: what is run. */
  readonly by: string;
  /** Tells it from others of its tool in the job. */
  readonly variant?: string;
  /** Not measured. */
  readonly prepare?: (round: number) => string;
  readonly run: (round: number) => string;
  /** The file or folder to which it writes. */
  readonly output?: (round: number) => string;
}

export interface Tool {
  readonly name: string;
  /** Programs that it takes. */
  readonly needs: readonly string[];
  /** A line that prints its version. */
  readonly version: string;
  /** Takes minutes where others take seconds: measured in fewer rounds. */
  readonly slow: boolean;
  /** What its first `create` makes in round 0, which its other jobs read. */
  readonly archive: string;
  readonly jobs: Readonly<Partial<Record<JobName, readonly Contender[]>>>;
}

/** Where everything lies. */
export interface Places {
  /** Holds what is made: archives, keys, caches, what is restored. */
  readonly folder: string;
  readonly home: string;
  /** A line that runs ocbak: node and program. */
  readonly ocbak: string;
  readonly recipient: string;
  /** The file with the identity of the recipient. */
  readonly identity: string;
  /** The tree is the caller's: it may hold what ocbak leaves out by default. */
  readonly given: boolean;
  /** The program `openclaw`, if it is to be measured. */
  readonly openclaw: string | undefined;
}

/** A restore into a new folder. `line` is given the folder. */
export function restoring(folder: string, by: string, line: (to: string) => string): Contender {
  const to = (round: number): string => `${folder}/restored-by-${by.replaceAll(/[^a-z]+/g, "-")}-${round}`;
  return { by, prepare: (round) => `mkdir ${to(round)}`, run: (round) => line(to(round)), output: to };
}
