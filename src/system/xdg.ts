import { join } from "node:path";

/** What the XDG folders of a user depend on. */
export interface XdgPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly osHomeDir: string;
}

const folders = {
  config: { variable: "XDG_CONFIG_HOME", below: ".config" },
  state: { variable: "XDG_STATE_HOME", below: ".local/state" },
} as const;

/** `$XDG_CONFIG_HOME`, that is, `~/.config`; `$XDG_STATE_HOME`, that is, `~/.local/state`. */
export function xdgFolder(kind: keyof typeof folders, { env, osHomeDir }: XdgPlace): string {
  const { variable, below } = folders[kind];
  const named = env[variable];
  // The XDG specification: a relative path there is to be ignored.
  return named?.startsWith("/") ? named : join(osHomeDir, below);
}
