import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Processes } from "../system/process-mark.ts";
import { isOfDead, isPartialName } from "./partial-name.ts";
import { storeError, systemCode } from "./store-error.ts";

/** What a killed run left in a folder: part of an archive, or a small file that was to replace another. */
export interface Leftover {
  readonly name: string;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly modifiedAt: string;
  /** Surely nobody writes it any more. */
  readonly isAbandoned: boolean;
}

export interface Surroundings {
  readonly now: () => Date;
  readonly processes: Processes;
}

/** As the lock and `writeBeside` name what they write beside a file. */
const besideOurs = /^\.ocbak-(notes\.json|store\.json|store\.lock)(\.[0-9a-f]{12}\.(tmp|claim))+$/;
const hourMs = 3600_000;
/** Without a write. Of one whose name tells that its process is dead: names of hosts are at times not unique. */
const abandonedAfterMs = { dead: hourMs, unknown: 7 * 24 * hourMs } as const;

export function isLeftoverName(name: string): boolean {
  return isPartialName(name) || besideOurs.test(name);
}

/** Unfinished files in a folder, by name. Throws StoreError. */
export async function findLeftovers(
  directory: string,
  { now, processes }: Surroundings,
): Promise<Leftover[]> {
  try {
    const names = (await readdir(directory)).filter((name) => isLeftoverName(name)).sort();
    const found = names.flatMap((name) => look(join(directory, name), { name, now: now(), processes }));
    const opened = openFilesIn(found.some(({ isAbandoned }) => isAbandoned) ? directory : undefined);
    return found.map((one) => ({
      ...one,
      isAbandoned: one.isAbandoned && !opened.has(join(directory, one.name)),
    }));
  } catch (error) {
    throw storeError(error, `listing ${directory}`);
  }
}

/** Removes those that are abandoned, and gives them; what another removed first is left out. Throws StoreError. */
export async function removeLeftovers(directory: string, around: Surroundings): Promise<Leftover[]> {
  // Most times there is none, and nothing is written.
  if (!(await findLeftovers(directory, around)).some(({ isAbandoned }) => isAbandoned)) return [];
  const now = await earlierOf(around.now(), directory);
  const found = await findLeftovers(directory, { ...around, now: () => now });
  const removed: Leftover[] = [];
  for (const leftover of found) {
    if (leftover.isAbandoned && (await removeOne(join(directory, leftover.name)))) removed.push(leftover);
  }
  return removed;
}

/** Times of files are those of the disk, a server's perhaps: a clock of this machine that is ahead makes nothing old. */
async function earlierOf(now: Date, directory: string): Promise<Date> {
  const path = join(directory, `.ocbak-store.json.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await using handle = await open(path, "wx", 0o600);
    const { mtime } = await handle.stat();
    return mtime < now ? mtime : now;
  } catch (error) {
    throw storeError(error, `writing to ${directory}`);
  } finally {
    await unlink(path).catch(() => {});
  }
}

async function removeOne(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw storeError(error, `removing ${path}`);
  }
}

/** As its age tells; none where it is gone by now, or no file. */
function look(
  path: string,
  { name, now, processes }: { readonly name: string; readonly now: Date; readonly processes: Processes },
): Leftover[] {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined || !info.isFile()) return [];
  const enoughMs = abandonedAfterMs[isOfDead(name, processes) ? "dead" : "unknown"];
  const isAbandoned = now.getTime() - info.mtimeMs > enoughMs;
  return [{ name, sizeBytes: info.size, modifiedAt: info.mtime.toISOString(), isAbandoned }];
}

/** Paths of files below a folder that processes of this machine have open, as far as /proc shows them to this user. */
function openFilesIn(directory: string | undefined): ReadonlySet<string> {
  const opened = new Set<string>();
  if (directory === undefined) return opened;
  for (const pid of orNone(() => readdirSync("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    for (const fd of orNone(() => readdirSync(`/proc/${pid}/fd`))) {
      const [path] = orNone(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]);
      if (path?.startsWith(`${directory}/`)) opened.add(path);
    }
  }
  return opened;
}

/** A process may have gone, or be another user's; elsewhere there is no /proc. */
function orNone(list: () => string[]): string[] {
  try {
    return list();
  } catch {
    return [];
  }
}
