import { DiskError } from "../disk/errors.ts";
import { type DiskFacts, inspectTargets } from "../disk/inspect-target.ts";
import { inspectLeftover, type Leftover, recover } from "../disk/recovery.ts";
import type { Context } from "./context.ts";
import { processesOf } from "./processes.ts";

/** What earlier restores left beside the targets. */
export function leftoversOf({ targets }: DiskFacts, context: Context): Leftover[] {
  const paths = new Set([...targets.values()].flatMap(({ leftovers }) => leftovers));
  return [...paths].map((path) =>
    inspectLeftover(path, { uid: context.uid, processes: processesOf(context) }),
  );
}

/**
 * Brings to an end what killed restores began, and says so. Throws `locked` where one still runs, `target-unfit` where it
 * cannot be told any more what is whose.
 */
export function clearLeftovers(leftovers: readonly Leftover[], context: Context): void {
  const refusal = leftovers.map(refusalOf).find((found) => found !== undefined);
  if (refusal !== undefined) throw refusal;
  const cleared = new Set<string>();
  for (const { path } of leftovers) {
    // One restore has a staging directory beside each target: clearing the first clears all.
    if (cleared.has(path)) continue;
    const leftover = inspectLeftover(path, { uid: context.uid, processes: processesOf(context) });
    if (leftover.state !== "foreign") recover(leftover);
    context.notice(whatWasDone(leftover));
    for (const directory of leftover.journal?.stagingDirs ?? []) cleared.add(directory);
  }
}

/** Why a restore cannot begin while this lies there. */
export function refusalOf({ path, state }: Leftover): DiskError | undefined {
  if (state === "running") {
    return new DiskError("locked", `another restore is at work in ${path}`, {
      hint: `wait for it; if none runs here or on another host or container, remove ${path}/running.json and try again`,
    });
  }
  if (state === "unclear") {
    return new DiskError("target-unfit", `an interrupted restore left ${path}, and things were moved since`, {
      hint: `see in ${path}/journal.json what it was about to do; put things where they belong, then remove ${path}`,
    });
  }
  return undefined;
}

function whatWasDone({ path, state, journal }: Leftover): string {
  const when = journal?.startedAt ?? "";
  const targets = journal?.targets.map((target) => target.path).join(", ") ?? "";
  if (state === "done")
    return `an earlier restore (${when}) was interrupted at its very end: ${targets} were in place, its leftovers are tidied up`;
  if (state === "interrupted")
    return `an interrupted restore (${when}) was undone: ${targets} are as they were before it`;
  if (state === "foreign")
    return `warning: ${path} looks like what another user's restore left; it was not touched`;
  return `an interrupted restore had not yet changed anything: what it had staged in ${path} was removed`;
}

const nearby: Partial<Record<Leftover["state"], string>> = {
  interrupted: "was interrupted half-way: `ocbak restore --undo` or the next restore puts it right",
  unclear: "was interrupted, and things were moved since",
  running: "is under way, or was on another host: a backup taken meanwhile is of neither state",
};

/** What a restore that is not at its end means to whoever backs up the state dir beside it. */
export function restoreWarnings(stateDir: string, context: Context): string[] {
  const leftovers = leftoversOf(inspectTargets([{ target: stateDir }], null), context);
  return leftovers.flatMap(({ path, state }) => {
    const what = nearby[state];
    return what === undefined ? [] : [`a restore into ${stateDir} (${path}) ${what}`];
  });
}
