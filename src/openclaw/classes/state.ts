import { placeOfStateLink, type Root } from "../installation.ts";
import picomatch from "picomatch";
import { configDirPlaces } from "../config-dir.ts";
import type { ClassRow } from "./row.ts";
import { stateLeftOut } from "./state-left-out.ts";
import { stateTaken } from "./state-taken.ts";

/** What a state dir holds, the first row that fits counts: what is left out comes first. */
export const stateRows: readonly ClassRow[] = [...stateLeftOut.map(alsoOfTenants), ...stateTaken];

/** A tenant of the fleet has a whole state dir of its own. */
function alsoOfTenants(row: ClassRow): ClassRow {
  const own = row.patterns.filter((pattern) => !pattern.startsWith("**/"));
  return { ...row, patterns: [...row.patterns, ...own.map((pattern) => `fleet/cells/*/${pattern}`)] };
}

/**
 * The rows as they hold in a root that stands for the state dir or a part of it (an agentDir elsewhere, `skills` of a
 * config dir), patterns relative to the root. None for roots that are of one class as a whole.
 */
export function stateRowsIn(root: Pick<Root, "id" | "kind">): readonly ClassRow[] | undefined {
  const place = placeInStateDir(root);
  return (
    place && stateRows.map((row) => ({ ...row, patterns: row.patterns.flatMap((one) => rest(one, place)) }))
  );
}

function placeInStateDir({ id, kind }: Pick<Root, "id" | "kind">): readonly string[] | undefined {
  if (kind === "state") return [];
  if (kind === "state-link") return placeOfStateLink(id).split("/");
  if (kind === "credentials") return ["credentials"];
  if (kind === "agent" && id.startsWith("agent.")) return ["agents", "any", "agent"];
  if (kind === "plugin") return ["extensions", "any"];
  if (kind === "config-dir") return configDirPlaces.get(id.slice("config-dir.".length))?.split("/");
  return undefined;
}

function rest(pattern: string, place: readonly string[]): string[] {
  const left = below(place, pattern.split("/"));
  return left === undefined ? [] : [left.join("/")];
}

/** The rest of a pattern for what lies below `place`, or `undefined` if it does not reach there. */
function below(place: readonly string[], pattern: readonly string[]): readonly string[] | undefined {
  if (place.length === 0 || pattern[0] === "**") return pattern.length === 0 ? ["**"] : pattern;
  const [first, ...others] = pattern;
  if (first === undefined) return undefined;
  return picomatch.isMatch(place[0]!, first, { dot: true })
    ? below(place.slice(1), others.length === 0 ? ["**"] : others)
    : undefined;
}
