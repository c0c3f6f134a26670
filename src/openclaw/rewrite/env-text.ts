import { movedList, pathsOfList } from "./path-list.ts";
import type { Mapped, PathMapper } from "./path-mapper.ts";

const line =
  /^(\s*(?:export\s+)?[A-Za-z_][\w.]*\s*=\s*)(?:(["'])([^"'\\\n]*)\2|([^\s"'#\\`$]+))(?=[^\S\n]*(?:#.*)?$)/gm;

/** Replaces values of a dotenv text that are paths or lists of nothing else; what would need other quotes stays. */
export function rewriteEnv(text: string, mapper: PathMapper, onChange: (mapped: Mapped) => void): string {
  return text.replaceAll(line, (...groups: string[]) => {
    const [all = "", name = "", quote = "", quoted = "", bare = ""] = groups;
    const old = quote === "" ? bare : quoted;
    const mapped = mappedVariable(old, mapper);
    if (mapped === undefined) return all;
    const value = mapped.head + mapped.tail;
    const fits = quote === "" ? /^[^\s"'#\\`$]+$/ : /^[^"'\\\n$]*$/;
    if (!fits.test(value)) return all;
    mapped.changes.forEach(onChange);
    return `${name}${quote}${value}${quote}`;
  });
}

function mappedVariable(value: string, mapper: PathMapper): ReturnType<typeof movedList> {
  const isOfWindows = /;(?:[\\/]|[A-Za-z]:)/.test(value);
  const paths = isOfWindows ? "mixed" : (pathsOfList(value) ?? [value]);
  return paths === "mixed" ? undefined : movedList(paths, mapper);
}
