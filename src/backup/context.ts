import type { Progress } from "./progress.ts";

/**
 * What a process does with memory. `capture`: one thread holds an object for each entry, the others little; `reading`:
 * threads go through what an archive holds, and most of what they make is garbage at once.
 */
export type Use = "capture" | "reading";

/** Everything a use case takes from its surroundings. The command line makes the real one, tests make their own. */
export interface Context {
  readonly now: () => Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The home directory according to the system, before `OPENCLAW_HOME` and the like. */
  readonly osHomeDir: string;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  /** Effective user and group of this process. */
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  /** Whether a process of this number runs on this machine. */
  readonly isRunning: (pid: number) => boolean;
  /** Versions of ocbak and of the node it runs on. */
  readonly toolVersion: string;
  readonly nodeVersion: string;
  readonly progress: Progress;
  /** A line for the person at once, while the job goes on (warnings). */
  readonly notice: (line: string) => void;
  readonly signal: AbortSignal;
  /** Told what comes, as one process may do both; `reading` when what was captured is let go. */
  readonly onUse?: (use: Use) => void;
}
