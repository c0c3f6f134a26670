import { realPlace } from "../disk/listing.ts";
import type { Root } from "../openclaw/installation.ts";

/** The root that a folder lies in, or is; links on the way to either change nothing of that. `directory` is a real path. */
export function rootAround(directory: string, roots: readonly Root[]): Root | undefined {
  const place = `${Buffer.from(directory).toString("latin1")}/`;
  return roots.find((root) => place.startsWith(`${realPlace(root)}/`));
}
