import { posix } from "node:path";

import { isWithin } from "./places.ts";

/**
 * Whether a symbolic link, once at its final place, may lead out of the restored trees.
 *
 * `link` and `trees` are absolute, final and normalized; `target` is the link's content. Everything is text of one kind (bytes as
 * latin1 on both sides, or names that are ASCII). Told without touching the disk: leading `..` climb real directories only, because
 * no entry has a link as ancestor. A `..` after a name could climb from behind another link, so such targets always
 * count as leading out.
 */
export function leavesTrees(link: string, target: string, trees: readonly string[]): boolean {
  const absolute = target.startsWith("/");
  const components = target.split("/").filter((component) => component !== "" && component !== ".");
  const firstName = absolute ? 0 : components.findIndex((component) => component !== "..");
  if (firstName !== -1 && components.indexOf("..", firstName) !== -1) return true;
  const resolved = absolute ? posix.normalize(target) : posix.resolve(posix.dirname(link), target);
  return !trees.some((tree) => isWithin(tree, resolved));
}
