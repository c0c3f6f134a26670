import type { ClassRow } from "./row.ts";
import { type WorkspaceRow, workspaceSealed } from "./workspace-sealed.ts";

/**
 * What tools make again from what lies beside it. A name proves nothing in a workspace, so all of it is taken: `show`
 * tells how much it is.
 */
const madeAgain: WorkspaceRow = {
  id: "made-again",
  class: "regenerable",
  names: [
    "node_modules",
    ".pnpm-store",
    ".venv",
    "venv",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    "dist",
    "target",
    ".next",
    ".nuxt",
    ".turbo",
    ".gradle",
    ".parcel-cache",
  ],
  why: "packages and build output, which tools make again",
};

/** By name, one after the other: the first that fits counts. All of it is taken. */
export const workspaceRows: readonly ClassRow[] = [
  ...[...workspaceSealed, madeAgain].map(anywhere),
  {
    id: "workspace-file",
    class: "private",
    patterns: ["**"],
    why: "what agents and people write: `AGENTS.md`, `SOUL.md`, `MEMORY.md`, memory, skills, projects",
  },
];

/** Names of folders in workspaces whose content could be made again. */
export const madeAgainNames: ReadonlySet<string> = new Set(madeAgain.names);

/** A glob relative to a workspace; case does not matter, dot files match. A directory is meant with all below it. */
export interface WorkspaceSealRule {
  readonly id: string;
  readonly pattern: string;
}

/** For workspaces only; everything else is sealed whole. */
export const workspaceSealRules: readonly WorkspaceSealRule[] = workspaceSealed
  .map(anywhere)
  .flatMap(({ id, patterns }) => patterns.map((pattern) => ({ id, pattern })));

function anywhere({ names, ...row }: WorkspaceRow): ClassRow {
  return { ...row, patterns: names.map((name) => `**/${name}`) };
}
