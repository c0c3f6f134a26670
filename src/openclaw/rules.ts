import picomatch from "picomatch";
import { configDirPlaces } from "./config-dir.ts";
import { type LeftOutClass, leftOut } from "./left-out.ts";
import type { Root } from "./installation.ts";

/** A glob relative to a root, dot files included. Where it matches a directory, the whole subtree is left out. */
export interface ExclusionRule {
  /** `[a-z0-9-]+`; stands in archives as `excluded:<id>`. */
  readonly id: string;
  readonly class: LeftOutClass;
  readonly pattern: string;
  readonly why: string;
}

/**
 * What is left out of a root, first match wins. The rules know OpenClaw's own places by their path in a state dir; a
 * root that stands for a part of one (an agentDir elsewhere, `skills` of a config dir) gets the rules of that part.
 * Workspaces, config files and the user's own folders have none: a name proves nothing there.
 */
export function exclusionRulesOf(root: Pick<Root, "id" | "kind">): ExclusionRule[] {
  const place = placeInStateDir(root);
  if (place === undefined) return [];
  return leftOut.flatMap(({ patterns, ...rule }) =>
    patterns.flatMap((pattern) => {
      const rest = below(place, pattern.split("/"));
      return rest === undefined ? [] : [{ ...rule, pattern: rest.join("/") }];
    }),
  );
}

/** Whether a path inside a root (relative, not empty) is left out by a rule, itself or with a folder above it. */
export function isLeftOut(root: Pick<Root, "id" | "kind">, relative: string): boolean {
  const rules = exclusionRulesOf(root).map(({ pattern }) =>
    picomatch(pattern, { dot: true, windows: false }),
  );
  const components = relative.split(/[\\/]/);
  const paths = components.map((_, n) => components.slice(0, n + 1).join("/"));
  return paths.some((at) => rules.some((matches) => matches(at)));
}

function placeInStateDir({ id, kind }: Pick<Root, "id" | "kind">): string[] | undefined {
  if (kind === "state") return [];
  if (kind === "credentials") return ["credentials"];
  if (kind === "agent" && id.startsWith("agent.")) return ["agents", "any", "agent"];
  if (kind === "plugin") return ["extensions", "any"];
  if (kind === "config-dir") return configDirPlaces.get(id.slice("config-dir.".length))?.split("/");
  return undefined;
}

/** The rest of a pattern for what lies below `place`, or `undefined` if it does not reach there. */
function below(place: readonly string[], pattern: readonly string[]): readonly string[] | undefined {
  if (place.length === 0 || pattern[0] === "**") return pattern.length === 0 ? ["**"] : pattern;
  const [first, ...rest] = pattern;
  if (first === undefined) return undefined;
  return first === place[0] || first === "*"
    ? below(place.slice(1), rest.length === 0 ? ["**"] : rest)
    : undefined;
}
