import type { FileForm } from "./file-rules.ts";
import type { PathMapper } from "./path-mapper.ts";
import { pathsOfList, variablesIn } from "./path-list.ts";
import { parsed } from "./rewrite-file.ts";
import { rewriteStrings } from "./rewrite-strings.ts";

/**
 * The old places that are values of a text. Variables in files of their own are not looked at, nor lists of more than paths:
 * some cannot be changed, and that is told.
 */
export function oldPlacesIn(text: string, form: FileForm, mapper: PathMapper): string[] {
  if (!mapper.needles.some((needle) => text.toLowerCase().includes(needle.toLowerCase()))) return [];
  const found: string[] = [];
  const look = (value: string): undefined => {
    if (mapper.isOld(value)) found.push(value);
  };
  const config = form === "json5" ? parsed(text) : undefined;
  if (config !== undefined) {
    const variables = variablesIn(config);
    const lookIn = (value: string): undefined => {
      const paths = variables.has(value) ? pathsOfList(value) : undefined;
      for (const path of paths === "mixed" ? [] : (paths ?? [value])) look(path);
    };
    rewriteStrings(text, lookIn);
  }
  if (form === "path") look(text.replace(/^gitdir: /, "").replace(/\r?\n$/, ""));
  return found;
}
