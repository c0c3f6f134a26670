/**
 * Tells of a last component whether a glob can name it. Never false for a path that one of the globs matches; true may
 * be wrong. Such a test costs a hundredth of a match against all globs, and hardly any file is named by one.
 */
export type NameFilter = (name: string) => boolean;

/** Of what stands for itself, `*`, `?`, and choices `@(a|b)` and `[a-z]`, nothing but `**` matches a slash. */
const literal = String.raw`[\w. -]`;
const words = new RegExp(String.raw`@\((${literal}+(?:\|${literal}+)*)\)`);
const allWords = new RegExp(words, "g");
const chars = /\[-?(?:\w(?:-\w)?)+\]/g;
const plainFolders = new RegExp(String.raw`^(?:(?:${literal}|\*)+/)*$`);
const plainName = new RegExp(String.raw`^(?:${literal}|\?|\*(?!\*))+$`);
const variantsMax = 64;

/**
 * The filter for globs whose last component is so simple that it can match nothing but the last one of a clean relative
 * path; undefined where a glob has another.
 */
export function nameFilter(
  patterns: readonly string[],
  { ignoreCase }: { ignoreCase: boolean },
): NameFilter | undefined {
  const forms: string[] = [];
  for (const pattern of patterns) {
    const at = pattern.lastIndexOf("/") + 1;
    const folders = pattern.slice(0, at).replaceAll(allWords, "x");
    const names = plainFolders.test(folders) ? variantsOf(pattern.slice(at)) : undefined;
    if (names === undefined) return undefined;
    for (const name of names) forms.push(formOf(ignoreCase ? name.toLowerCase() : name));
  }
  const any = new RegExp(forms.join("|"), "s");
  return ignoreCase ? (name) => any.test(name.toLowerCase()) : (name) => any.test(name);
}

/** Names with no wildcard but `*` that together name all that a glob without slashes does. */
function variantsOf(glob: string): readonly string[] | undefined {
  let variants = [glob];
  for (let found = words.exec(glob); found !== null; found = words.exec(variants[0]!)) {
    const [whole, choices] = found;
    variants = variants.flatMap((variant) => choices!.split("|").map((one) => variant.replace(whole, one)));
    if (variants.length > variantsMax) return undefined;
  }
  // In place of one of the chars, picomatch also takes the brackets as they stand there.
  if (!variants.every((variant) => plainName.test(variant.replaceAll(chars, "x")))) return undefined;
  return variants.map((variant) => variant.replaceAll(chars, "*").replaceAll("?", "*"));
}

function formOf(name: string): string {
  const parts = name.split("*").map((part) => part.replaceAll(".", String.raw`\.`));
  const first = parts[0] === "" ? "" : "^";
  const last = parts.at(-1) === "" ? "" : "$";
  return `${first}${parts.filter((part) => part !== "").join(".*")}${last}`;
}
