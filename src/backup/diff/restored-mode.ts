import { parentOf, rootIdOf } from "../../format/entry-path.ts";
import type { StoredLine } from "../../format/entry.ts";

/** The mode that a restore gives an entry: nothing for others but in workspaces, and roots that their owner can use. */
export function restoredMode({ path, type, mode }: StoredLine): number {
  const given = mode & (rootIdOf(path).startsWith("workspace.") ? 0o777 : 0o700);
  return type === "directory" && parentOf(path) === undefined ? given | 0o700 : given;
}
