/** A text of the config that names a place on this machine. */
export interface NamedPath {
  /** Keys from the top, `*` for the place in a list: `memory.search.extraPaths.*`. */
  readonly setting: string;
  /** Absolute. */
  readonly path: string;
}

export interface NamedPathReader {
  readonly pathOf: (setting: string | undefined) => string | undefined;
  /** Where relative paths begin; `undefined` for settings whose relative texts are no paths. */
  readonly basesOf: (setting: string) => readonly string[] | undefined;
}

/** Every text of the config that is an absolute path or begins with `~/`, and relative ones where paths are meant. */
export function namedPathsOf(config: unknown, reader: NamedPathReader): NamedPath[] {
  return [...textsOf(config, [])].flatMap(({ keys, text }) => {
    const setting = keys.join(".");
    const bases = reader.basesOf(setting);
    if (bases === undefined && !/^\s*(?:~?\/|~$)/.test(text)) return [];
    return pathsOf(text, bases ?? [], reader).map((path) => ({ setting, path }));
  });
}

function pathsOf(text: string, bases: readonly string[], { pathOf }: NamedPathReader): string[] {
  const isRelative = !/^\s*[~/$]/.test(text);
  const texts = isRelative ? bases.map((base) => `${base}/${text.trim()}`) : [text];
  return texts.flatMap((one) => pathOf(one) ?? []);
}

function* textsOf(
  value: unknown,
  keys: readonly string[],
): Generator<{ readonly keys: readonly string[]; readonly text: string }> {
  if (typeof value === "string") yield { keys, text: value };
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item, [...keys, "*"]);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...keys, key]);
}
