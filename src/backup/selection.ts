import { compileUserGlobs } from "../disk/root-rules.ts";
import { type EntryPath, parentOf, rootIdOf } from "../format/entry-path.ts";
import { BackupError } from "./errors.ts";

/** Which entries `--only` means: those that match, and all below them. */
export interface Selection {
  includes(path: EntryPath): boolean;
}

/**
 * Words and globs: a root's id is that root, `workspace` all workspaces, `credentials` the credentials wherever they lie,
 * anything else a glob over `<root id>/<path>`. Throws DiskError `bad-pattern`.
 */
export function selectionOf(only: readonly string[], rootIds: readonly string[]): Selection {
  const matches = compileUserGlobs(only.flatMap((word) => globsOf(word, rootIds)));
  const folders = new Map<string, boolean>();
  const isIn = (path: EntryPath): boolean => {
    if (matches(path) !== undefined) return true;
    const parent = parentOf(path);
    if (parent === undefined) return false;
    const known = folders.get(parent) ?? isIn(parent);
    folders.set(parent, known);
    return known;
  };
  return { includes: isIn };
}

function globsOf(word: string, rootIds: readonly string[]): string[] {
  if (rootIds.includes(word)) return [word];
  if (word === "workspace") return ["workspace.*"];
  if (word === "credentials") return ["state/credentials"];
  return [word];
}

/** The topmost of the entries that are selected, in archive order: what is put in place. */
export class Pieces {
  readonly #byRoot = new Map<string, EntryPath[]>();
  readonly #all = new Set<string>();

  add(path: EntryPath): void {
    for (let at: EntryPath | undefined = path; at !== undefined; at = parentOf(at))
      if (this.#all.has(at)) return;
    this.#all.add(path);
    const root = rootIdOf(path);
    const pieces = this.#byRoot.get(root);
    if (pieces === undefined) this.#byRoot.set(root, [path]);
    else pieces.push(path);
  }

  /** Of one root; undefined where it is taken as a whole. */
  of(root: string): readonly EntryPath[] | undefined {
    const pieces = this.#byRoot.get(root) ?? [];
    return pieces.length === 1 && pieces[0] === root ? undefined : pieces;
  }
}

export function nothingSelected(only: readonly string[]): BackupError {
  return new BackupError("no-such-entry", `nothing in the archive matches --only ${only.join(" --only ")}`, {
    hint: "`ocbak ls` lists what there is; give a root (state, workspace, workspace.main …), credentials, or a glob such as 'state/agents/**'",
  });
}
