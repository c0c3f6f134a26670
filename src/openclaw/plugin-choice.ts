/**
 * Words of `--include` that stand for globs: `plugins` for all that OpenClaw or somebody downloaded for plugins, so that
 * they run on a machine without a network.
 */
const words: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "plugins",
    [
      ...["npm", "npm-runtime", "git", "extensions/**/node_modules"].map((place) => `state/${place}`),
      // As roots of their own, where the config dir is not the state dir.
      "config-dir.npm/**",
      "config-dir.git/**",
      "config-dir.extensions/**/node_modules",
      "plugin-path-*/**/node_modules",
    ],
  ],
]);

/** The globs over `<root id>/<path>` that a value of `--include` means: itself, or those of a word. */
export function includedBy(value: string): readonly string[] {
  return words.get(value) ?? [value];
}
