import type { RootKind } from "./installation.ts";

const kinds: readonly (readonly [RegExp, RootKind])[] = [
  [/^state$/, "state"],
  [/^state-link\./, "state-link"],
  [/^credentials$/, "credentials"],
  [/^config-dir\./, "config-dir"],
  [/^config(\.|$)/, "config"],
  [/^(agent[.-]|session-store\.)/, "agent"],
  [/^workspace\./, "workspace"],
  [/^user-config(\.|$)/, "user-config"],
  [/^secret-file-/, "secret"],
  [/^memory-path-/, "memory"],
  [/^skill/, "skills"],
  [/^hook-dir-/, "hooks"],
  [/^plugin-path-/, "plugin"],
];

/** What a root of an archive is, by its id: archives do not say it. Undefined for an id that nobody here gives. */
export function kindOfRootId(id: string): RootKind | undefined {
  return kinds.find(([pattern]) => pattern.test(id))?.[1];
}
