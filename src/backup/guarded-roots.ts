import { inodeOf } from "../disk/identity.ts";
import type { GuardedRoot } from "../disk/path-guard.ts";
import type { PlannedEntry } from "../disk/planned.ts";

/**
 * The folders that, when they are gone or others while the backup runs, take with them what nobody deleted: the roots,
 * and what is mounted inside of them. `planned` has parents before what is in them.
 */
export function guardedRoots(planned: readonly PlannedEntry[]): GuardedRoot[] {
  const guarded: GuardedRoot[] = [];
  // Of each root its device, and of each folder on another device that one.
  const devices = new Map<string, bigint>();
  for (const { path, type, source, identity } of planned) {
    if (type !== "directory" || identity === undefined) continue;
    const slash = path.lastIndexOf("/");
    const around =
      slash === -1 ? undefined : (devices.get(path.slice(0, slash)) ?? devices.get(rootOf(path)));
    const { dev, ino } = inodeOf(identity);
    if (slash === -1 || dev !== devices.get(rootOf(path))) devices.set(path, dev);
    if (dev !== around) guarded.push({ source, dev, ino });
  }
  return guarded;
}

function rootOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}
