import type { Mapped, PathMapper } from "./path-mapper.ts";

const line =
  /^(\s*(?:export\s+)?[A-Za-z_][\w.]*\s*=\s*)(?:(["'])([^"'\\\n]*)\2|([^\s"'#\\`$]+))(?=[^\S\n]*(?:#.*)?$)/gm;

/** Replaces values of a dotenv text that are one path; lists of them, and what would need other quotes, stay. */
export function rewriteEnv(text: string, mapper: PathMapper, onChange: (mapped: Mapped) => void): string {
  return text.replaceAll(line, (...groups: string[]) => {
    const [all = "", name = "", quote = "", quoted = "", bare = ""] = groups;
    const old = quote === "" ? bare : quoted;
    const mapped = /[:;][\\/]/.test(old.replace(/^(?:file:\/\/|[A-Za-z]:)/i, ""))
      ? undefined
      : mapper.map(old);
    if (mapped === undefined) return all;
    const value = mapped.head + mapped.tail;
    const fits = quote === "" ? /^[^\s"'#\\`$]+$/ : /^[^"'\\\n$]*$/;
    if (!fits.test(value)) return all;
    onChange(mapped);
    return `${name}${quote}${value}${quote}`;
  });
}
