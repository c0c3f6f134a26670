import { chmod, rename, stat } from "node:fs/promises";
import type { Installation } from "./installation.ts";
import type { TestUser } from "./user.ts";

/** The same installation with another user and another home; what lies outside of the home stays where it is. */
export function movedTo(source: Installation, user: TestUser, home: string): Installation {
  const env = Object.entries(source.env ?? {}).map(([name, path]) => [
    name,
    movedPath(path, source.home, home),
  ]);
  return { ...source, user, home, ...(source.env && { env: Object.fromEntries(env) as typeof source.env }) };
}

function movedPath(path: string, from: string, to: string): string {
  return `${path}/`.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
}

/** Takes a folder out of reach of every user; whoever may write into the folder above could make it anew. */
export async function putAway(folder: string): Promise<void> {
  await rename(folder, `${folder}.away`);
  await chmod(`${folder}.away`, 0);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
