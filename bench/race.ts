import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Census, census } from "./census.ts";
import { type Contender, type JobName, type Tool, jobs } from "./jobs.ts";
import { type Sample, demand, measure } from "./measure.ts";
import { canTrace, readShare } from "./read-share.ts";
import type { Measured } from "./table.ts";
import type { Skipped } from "./tools/tools.ts";

export interface Track {
  readonly home: string;
  readonly rounds: number;
  readonly slowRounds: number;
  readonly env: NodeJS.ProcessEnv;
  /** What every restore must bring back: undefined, if ocbak and the others did not take the same. */
  readonly whole: Census | undefined;
  /** Before each round of `again`. */
  readonly change: () => number;
  /** Told of whom could not go on, and why. */
  readonly drop: (skipped: Skipped) => void;
}

/** A contender on its way. */
interface Runner {
  readonly tool: Tool;
  readonly contender: Contender;
  readonly rounds: Sample[];
  outputBytes?: number;
  failed?: boolean;
}

/** All contenders in turn, round after round, so that a busy minute hits all of them. ocbak is the first. */
export function race(job: JobName, tools: readonly Tool[], track: Track): Measured[] {
  const able = tools.filter(({ archive }) => job === "create" || job === "cold" || existsSync(archive));
  const runners = able.flatMap((tool) =>
    (tool.jobs[job] ?? []).map((contender): Runner => ({ tool, contender, rounds: [] })),
  );
  for (let round = 0; round < track.rounds; round++) {
    if (job === "again") console.error(`${track.change()} files are changed`);
    for (const runner of runners) {
      if (runner.failed || (runner.tool.slow && round >= track.slowRounds)) continue;
      console.error(`${jobs[job]} ${round + 1}/${track.rounds}: ${runner.contender.by}`);
      surviving(runner, job, track.drop, () => runRound(runner, job, round, track));
    }
  }
  return runners.filter(({ rounds }) => rounds.length > 0).map((runner) => measured(runner, job, track));
}

/** Makes what the other jobs read, for a run in which creating it is not measured. */
export function makeArchive(tool: Tool, { env, drop }: Track): void {
  const first = tool.jobs.create?.[0];
  if (first === undefined || existsSync(tool.archive)) return;
  console.error(`not measured: ${first.by}`);
  surviving({ tool, contender: first, rounds: [] }, "create", drop, () => {
    if (first.prepare) demand(first.prepare(0), env);
    demand(first.run(0), env);
  });
}

/** A peer that fails drops out, and is named. ocbak must not. */
function surviving(runner: Runner, job: JobName, drop: Track["drop"], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (runner.tool.name === "ocbak") throw error;
    runner.failed = true;
    const why = error instanceof Error ? error.message : String(error);
    drop({ name: `${runner.contender.by} (${jobs[job]})`, why });
  }
}

function runRound(runner: Runner, job: JobName, round: number, { env, home, whole }: Track): void {
  const { contender, tool } = runner;
  const creates = job === "create" || job === "cold" || job === "again";
  const output = creates ? contender.output?.(round) : undefined;
  if (contender.prepare) demand(contender.prepare(round), env);
  demand(job === "cold" ? coldCache : warmCache(creates ? join(home, ".openclaw") : tool.archive), env);
  const before = output === undefined ? 0 : sizeOf(output);
  runner.rounds.push(measure(contender.run(round), env));
  if (job === "restore" && whole) checkThatAllIsThere(contender, round, whole);
  if (output === undefined) return;
  runner.outputBytes ??= sizeOf(output) - before;
  // Single files only: removing many would slow down whoever makes files next.
  if (output !== tool.archive && statSync(output).isFile()) rmSync(output);
}

function checkThatAllIsThere({ by, output }: Contender, round: number, whole: Census): void {
  const restored = census(output?.(round) ?? "");
  if (restored.files !== whole.files || restored.bytes !== whole.bytes)
    throw new Error(`${by} restored ${restored.files} files of ${restored.bytes} bytes`);
}

const coldCache = "sync; echo 3 > /proc/sys/vm/drop_caches";

function warmCache(path: string): string {
  return `sync; find ${path} -type f -exec cat {} + > /dev/null`;
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() ? census(path).bytes : (stat?.size ?? 0);
}

function measured(runner: Runner, job: JobName, { env }: Track): Measured {
  const { tool, contender, rounds, outputBytes } = runner;
  const reads = job === "quick" || job === "list" || job === "cat";
  const traced = reads && tool.name === "ocbak" && canTrace();
  return {
    job: jobs[job],
    tool: tool.name,
    ...(contender.variant !== undefined && { variant: contender.variant }),
    by: contender.by,
    rounds,
    ...(outputBytes !== undefined && { outputBytes }),
    ...(traced && { readShare: readShare(contender.run(0), tool.archive, env) }),
  };
}
