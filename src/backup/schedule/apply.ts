import type { Backend } from "../../schedule/backend.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import { lineDiff } from "../../schedule/line-diff.ts";
import type { Change } from "../../schedule/text-place.ts";
import type { TextChange } from "./reports.ts";

/** Writes the texts of a job and makes the scheduler notice; a half that fails is taken back. Throws ScheduleError. */
export async function applyInstall(
  name: string,
  changes: readonly Change[],
  backend: Backend,
): Promise<void> {
  const done: Change[] = [];
  try {
    for (const change of changes) {
      done.unshift(change);
      await change.place.write(change.after);
    }
    await backend.activate(name);
  } catch (error) {
    throw await takenBack(name, done, { backend, error });
  }
}

/** Takes a job away from its scheduler, then its texts. Throws ScheduleError. */
export async function applyRemove(name: string, changes: readonly Change[], backend: Backend): Promise<void> {
  await backend.deactivate(name);
  for (const { place, after } of changes) await place.write(after);
  await backend.refresh();
}

interface Failed {
  readonly backend: Backend;
  readonly error: unknown;
}

async function takenBack(name: string, done: readonly Change[], { backend, error }: Failed): Promise<Error> {
  const isFresh = done.every(({ before }) => before === null);
  const unwritten: string[] = [];
  // What was never activated cannot be deactivated: of that there is nothing to say.
  if (isFresh) await backend.deactivate(name).catch(() => {});
  for (const { place, before } of done) {
    await place.write(before).catch((cause: Error) => unwritten.push(`${place.label} (${cause.message})`));
  }
  const unnoticed = await (isFresh ? backend.refresh() : backend.activate(name)).catch(
    (cause: Error) => cause,
  );
  if (!(error instanceof ScheduleError)) return error as Error;
  return new ScheduleError(error.code, `${error.message}; ${outcomeText(unwritten, unnoticed)}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function outcomeText(unwritten: readonly string[], unnoticed: Error | void): string {
  if (unwritten.length > 0) return `and could not be taken back: ${unwritten.join("; ")}`;
  return unnoticed instanceof Error
    ? `all texts are as they were, and then: ${unnoticed.message}`
    : "nothing was changed";
}

/** What changes, and only that. */
export function differing(changes: readonly Change[]): Change[] {
  return changes.filter(({ before, after }) => before !== after);
}

export function textChanges(changes: readonly Change[]): TextChange[] {
  return changes.map(({ place, before, after }) => ({ path: place.label, diff: lineDiff(before, after) }));
}
