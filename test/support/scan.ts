import type { CaptureRoot, PlannedEntry, ScanResult, ScanRules } from "../../src/disk/planned.ts";
import { TreeScan, scan } from "../../src/disk/scan.ts";
import { freshDir, plant, type Tree } from "./tree.ts";

export const scanRules: ScanRules = {
  seal: [
    { id: "env", pattern: "**/.env*" },
    { id: "git", pattern: "**/.git" },
    { id: "key", pattern: "**/*.pem" },
  ],
  plainBytesMax: 1024 * 1024,
};

export function workspaceRoot(path: string, overrides: Partial<CaptureRoot> = {}): CaptureRoot {
  return { id: "workspace.main", path, sealing: "by-rule", exclude: [], ...overrides };
}

/** A scan that has looked at its roots, and the candidates that it found. */
export function lookedAt(
  roots: readonly CaptureRoot[],
  rules: ScanRules,
): { readonly tree: TreeScan; readonly candidates: readonly PlannedEntry[] } {
  const tree = new TreeScan(rules);
  return { tree, candidates: [...tree.look(roots)].flatMap((part) => part.candidates) };
}

/** A tree of a workspace as it is planned: path below the root → section and why, type where it is no file. */
export function planOf(
  tree: Tree,
  options: Partial<ScanRules> & { root?: Partial<CaptureRoot> } = {},
): Record<string, string> {
  const { root: overrides, ...more } = options;
  return summary(scan([workspaceRoot(plant(freshDir(), tree), overrides)], { ...scanRules, ...more }));
}

export function summary(result: ScanResult): Record<string, string> {
  return Object.fromEntries(
    result.entries.map((entry) => [entry.path.replace(/^workspace\.main\/?/, ""), describeEntry(entry)]),
  );
}

function describeEntry(entry: PlannedEntry): string {
  const { excluded } = entry;
  if (excluded) return `excluded:${excluded.rule} ${excluded.entries} entries ${excluded.bytes} bytes`;
  const what = entry.database ? ["database"] : entry.type === "file" ? [] : [entry.type];
  const why = entry.sealedBy === undefined ? [] : [`(${entry.sealedBy})`];
  return [entry.section, ...what, ...why].join(" ");
}

export function entryAt(result: ScanResult, path: string): PlannedEntry {
  const entry = result.entries.find((one) => one.path === path);
  if (entry === undefined) throw new Error(`no entry ${path}`);
  return entry;
}
