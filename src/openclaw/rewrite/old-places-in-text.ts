import type { FileForm } from "./file-rules.ts";
import type { PathMapper } from "./path-mapper.ts";
import { parses } from "./rewrite-file.ts";
import { rewriteStrings } from "./rewrite-strings.ts";

/** The old places that are values of a text. Variables are not looked at: some cannot be changed, and that is told. */
export function oldPlacesIn(text: string, form: FileForm, mapper: PathMapper): string[] {
  const found: string[] = [];
  const look = (value: string): undefined => {
    if (mapper.isOld(value)) found.push(value);
  };
  if (form === "json5" && parses(text)) rewriteStrings(text, look);
  if (form === "path") look(text.replace(/^gitdir: /, "").replace(/\r?\n$/, ""));
  return found;
}
