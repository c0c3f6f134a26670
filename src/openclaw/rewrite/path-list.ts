import { isObject } from "../config.ts";
import type { Mapped, PathMapper } from "./path-mapper.ts";

/**
 * The paths of a list as PATH is one; "mixed" where something else than absolute paths is among them; undefined for what is
 * no list: a colon may stand in a name, too.
 */
export function pathsOfList(text: string): readonly string[] | "mixed" | undefined {
  const isList = /:(?:[/~$.]|$)/.test(text) && !/^(?:file|https?):/i.test(text);
  if (!isList) return undefined;
  const paths = text.split(":");
  return paths.every((path) => path.startsWith("/")) ? paths : "mixed";
}

/** What a list becomes, with each change; undefined where nothing of it moves. */
export function movedList(
  paths: readonly string[],
  mapper: PathMapper,
): { readonly head: string; readonly tail: string; readonly changes: readonly Mapped[] } | undefined {
  const changes = paths.flatMap((path) => mapper.map(path) ?? []);
  const last = paths.at(-1)!;
  const { head, tail } = mapper.map(last) ?? { head: "", tail: last };
  const before = paths.slice(0, -1).map((path) => `${mapper.moved(path)}:`);
  return changes.length === 0 ? undefined : { head: before.join("") + head, tail, changes };
}

/** The values of variables that a config sets: strings in objects of the name `env`, anywhere. */
export function variablesIn(config: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const collect = (value: unknown, isEnv: boolean): void => {
    if (typeof value === "string" && isEnv) found.add(value);
    if (Array.isArray(value)) for (const item of value) collect(item, isEnv);
    if (isObject(value))
      for (const [key, item] of Object.entries(value)) collect(item, isEnv || key === "env");
  };
  collect(config, false);
  return found;
}
