import path from "node:path";
import type { RootKind } from "../installation.ts";

/** How a file that names places is written. */
export type FileForm = "json5" | "env" | "path";

interface FileRule {
  /** Roots it is looked for in; undefined: all. */
  readonly kinds?: readonly RootKind[];
  /** Relative to the root. */
  readonly pattern: RegExp;
  readonly form: FileForm;
  readonly because: string;
}

const stateLike: readonly RootKind[] = ["state", "config-dir", "state-link"];

/** The files in which OpenClaw 2026.9.6 and its forerunners keep absolute paths; `$include`s of a config are added to them. */
const fileRules: readonly FileRule[] = [
  { kinds: ["config"], pattern: /^$/, form: "json5", because: "the config, its copies and includes" },
  {
    kinds: stateLike,
    pattern: /^(?:openclaw|clawdbot)\.json[^/]*$/,
    form: "json5",
    because: "the config and its older copies",
  },
  { kinds: stateLike, pattern: /^\.env$/, form: "env", because: "variables" },
  { kinds: ["user-config"], pattern: /^gateway\.env$/, form: "env", because: "variables of the gateway" },
  {
    kinds: stateLike,
    pattern: /^agents\/[^/]+\/sessions\/sessions\.json$/,
    form: "json5",
    because: "older versions list sessions by file",
  },
  { kinds: stateLike, pattern: /^cron\/jobs\.json$/, form: "json5", because: "jobs of older versions" },
  {
    kinds: stateLike,
    pattern: /^(?:agents\/[^/]+\/agent\/models|plugins\/[^/]+|settings\/[^/]+|portals)\.json$/,
    form: "json5",
    because: "settings in files",
  },
  {
    pattern: /(?:^|\/)\.openclaw\/source-origin\.json$/,
    form: "json5",
    because: "where a skill was installed from",
  },
  { pattern: /(?:^|\/)\.git$/, form: "path", because: "of a worktree: where its repository is" },
  {
    pattern: /(?:^|\/)\.git\/worktrees\/[^/]+\/gitdir$/,
    form: "path",
    because: "of a repository: where its worktree is",
  },
];

/** Settings that are not known to name places, and are searched for them. */
const searchedFile =
  /^(?:[^/]+\.json|(?:identity|devices|hooks|bindings|subagents|policies|gateway)\/.*\.json|[^/]+\.env)$/;

export function formOf(kind: RootKind | undefined, below: string): FileForm | undefined {
  const rule = fileRules.find(
    ({ kinds, pattern }) =>
      (kinds === undefined || (kind !== undefined && kinds.includes(kind))) && pattern.test(below),
  );
  return rule?.form;
}

export function isSearched(kind: RootKind | undefined, below: string): boolean {
  return kind !== undefined && stateLike.includes(kind) && searchedFile.test(below);
}

const ownDatabase = /^openclaw(?:-[a-z]+)?\.sqlite$/;

/** Whether a file has the name of one of OpenClaw's databases, and lies where they are. */
export function mayBeDatabase(
  kind: RootKind | undefined,
  { below, old }: { readonly below: string; readonly old: string },
): boolean {
  if (kind === "workspace") return false;
  return below === "" ? old.endsWith(".sqlite") : ownDatabase.test(path.basename(below));
}
