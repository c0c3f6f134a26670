import { escapeGlob } from "../disk/glob.ts";
import { nameFilter } from "../disk/name-filter.ts";
import type { CaptureRoot, ExcludeRule, PlannedEntry, ScanResult, ScanRules } from "../disk/planned.ts";
import { displayPath, rootIdOf } from "../format/entry-path.ts";
import { Classifier } from "../openclaw/classes/classifier.ts";
import { exclusionRulesOf } from "../openclaw/classes/exclusions.ts";
import type { Root } from "../openclaw/installation.ts";
import { includedBy } from "../openclaw/plugin-choice.ts";

/** What the user says of what is taken. */
export interface TakingChoices {
  readonly workspace?: boolean;
  /** False: whatever is not taken by default is, but for what is never. @default true */
  readonly defaultExcludes?: boolean;
  readonly oneFileSystem?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface Taking {
  readonly roots: readonly Root[];
  readonly captureRoots: readonly CaptureRoot[];
  readonly rules: Pick<ScanRules, "include" | "exclude" | "oneFileSystem">;
}

/** Which roots are walked, and by which rules. */
export function takingOf(all: readonly Root[], choices: TakingChoices): Taking {
  const { workspace = true, defaultExcludes = true, include, exclude, oneFileSystem } = choices;
  const roots = all.filter(({ kind }) => workspace || kind !== "workspace");
  const left = all.filter((root) => !roots.includes(root));
  return {
    roots,
    captureRoots: roots.map((root) => ({
      id: root.id,
      path: root.path,
      sealing: root.kind === "workspace" ? "by-rule" : "always",
      exclude: [...workspacesIn(root, left), ...exclusionRulesOf(root, { byDefault: defaultExcludes })],
    })),
    rules: {
      ...(include && { include: include.flatMap(includedBy) }),
      ...(exclude && { exclude }),
      ...(oneFileSystem && { oneFileSystem }),
    },
  };
}

/** Workspaces that are left out must not come in again as a part of the state dir around them. */
function workspacesIn(root: Root, left: readonly Root[]): ExcludeRule[] {
  const inside = left.filter(({ path }) => path.startsWith(`${root.path}/`));
  return inside.map(({ path }) => ({
    id: "no-workspace",
    pattern: escapeGlob(path.slice(root.path.length + 1)),
  }));
}

/** What is taken though restoring it would do harm, for people. Only a user's own word can bring that about. */
export function harmIn(
  entries: readonly PlannedEntry[],
  roots: readonly Root[],
  { defaultExcludes = true, include = [] }: TakingChoices,
): string[] {
  if (defaultExcludes && include.length === 0) return [];
  const classifiers = new Map(roots.map((root) => [root.id, new Classifier(root)]));
  // What lies in a folder of such a row says no more than the folder did, which came before it.
  const mayHarm = nameFilter(
    Array.from(classifiers.values()).flatMap((classifier) => classifier.patternsOf("volatile")),
    { ignoreCase: true },
  );
  const harm = new Map<string, string>();
  for (const { path, excluded } of entries) {
    if (excluded !== undefined) continue;
    const rootId = rootIdOf(path);
    if (path !== rootId && mayHarm?.(path.slice(path.lastIndexOf("/") + 1)) === false) continue;
    const row = classifiers.get(rootId)!.rowOf(path.slice(rootId.length + 1));
    if (row.class === "volatile") harm.set(row.id, row.why);
  }
  return Array.from(harm, ([id, why]) => `${id} is taken, as you ask: ${why}`);
}

/** What people should know before they rely on it: roots left out whole, ignore files that are not heeded. */
export function scanWarnings({
  entries,
  ignoreTroubles,
}: Pick<ScanResult, "entries" | "ignoreTroubles">): string[] {
  const absent = entries.filter(
    ({ path, excluded }) => excluded !== undefined && excluded.rule !== "user" && rootIdOf(path) === path,
  );
  return [
    ...absent.map(({ path, excluded }) => `nothing of ${displayPath(path)} is taken: ${excluded!.rule}`),
    ...ignoreTroubles.map(({ path, line, reason }) =>
      line === undefined
        ? `${displayPath(path)} is not heeded: ${reason}`
        : `${displayPath(path)}, line ${JSON.stringify(line)}: ${reason}`,
    ),
  ];
}
