import type { PlannedEntry } from "../disk/planned.ts";
import { compileUserGlobs } from "../disk/root-rules.ts";
import { includedBy } from "../openclaw/plugin-choice.ts";

type Asked = Partial<Record<"include" | "exclude" | "plain", readonly string[]>>;

/** Globs of the user that name nothing: a person who leaves out the root's id would never learn of it. */
export function idleGlobs(entries: readonly PlannedEntry[], asked: Asked): string[] {
  return (["include", "exclude", "plain"] as const).flatMap((flag) =>
    (asked[flag] ?? []).filter((glob) => isIdle(glob, entries)).map((glob) => warningOf(flag, glob, entries)),
  );
}

function isIdle(glob: string, entries: readonly PlannedEntry[]): boolean {
  // A word stands for places that need not be there.
  if (includedBy(glob)[0] !== glob) return false;
  const matches = compileUserGlobs([glob]);
  return !entries.some(({ path }) => matches(path) !== undefined);
}

function warningOf(flag: string, glob: string, entries: readonly PlannedEntry[]): string {
  const matches = compileUserGlobs([`*/${glob}`]);
  const meant = entries.find(({ path }) => matches(path) !== undefined);
  const root = meant?.path.slice(0, meant.path.indexOf("/"));
  const hint =
    root === undefined
      ? "globs are over <root id>/<path>, as `ocbak ls` shows them"
      : `did you mean '${root}/${glob}'?`;
  return `--${flag} '${glob}' matches nothing: ${hint}`;
}
