import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "./command.ts";

/** A place that belongs to somebody, all the way down. */
export interface Holding {
  readonly path: string;
  /** Private: open to nobody else. */
  readonly isPrivate: boolean;
}

/** What in these places is somebody else's, or open to others where it is private. Of one in another, the inner one counts. */
export async function misplacedTrust(holdings: readonly Holding[], user: Identity): Promise<string[]> {
  const wrong: string[] = [];
  for (const path of await everything(holdings)) {
    const { mode, uid, gid } = await lstat(path);
    const isLink = (mode & 0o170000) === 0o120000;
    const isOpen = !isLink && innermost(path, holdings).isPrivate && (mode & 0o077) !== 0;
    if (uid !== user.uid || gid !== user.gid || isOpen)
      wrong.push(`${path} ${uid}:${gid} ${mode.toString(8)}`);
  }
  return wrong;
}

async function everything(holdings: readonly Holding[]): Promise<Set<string>> {
  const paths = holdings.map(async ({ path }) => {
    if (!(await lstat(path)).isDirectory()) return [path];
    const names = await readdir(path, { recursive: true, withFileTypes: true });
    return [path, ...names.map((entry) => join(entry.parentPath, entry.name))];
  });
  return new Set((await Promise.all(paths)).flat());
}

function innermost(path: string, holdings: readonly Holding[]): Holding {
  const around = holdings.filter((holding) => `${path}/`.startsWith(`${holding.path}/`));
  return around.toSorted((a, b) => b.path.length - a.path.length)[0]!;
}
