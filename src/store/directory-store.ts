import { isUtf8 } from "node:buffer";
import { lstat, mkdir, readdir, realpath, stat, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "../format/bytes.ts";
import type { Processes } from "../system/process-mark.ts";
import type { ArchiveStore, BeginOptions, StoredArchive, StoreListing } from "./archive-store.ts";
import { openArchiveFile } from "./directory.ts";
import { StoreError } from "./errors.ts";
import { fileBytesMaxIn } from "./file-limit.ts";
import { findLeftovers, isLeftoverName, type Leftover, removeLeftovers } from "./leftovers.ts";
import { type FoundLock, lockName } from "./lock-holder.ts";
import { breakLock, lockDirectory, type LockPatience, type LockRequest, type StoreLock } from "./lock.ts";
import { markerName, putMarker, readMarker } from "./marker.ts";
import { emptyNotes, notesName, readNotesFile, type StoreNotes, writeNotesFile } from "./notes.ts";
import { StagedFile } from "./staged-file.ts";
import { storeError, systemCode } from "./store-error.ts";

/** What a store of this machine needs of its surroundings. */
export interface StoreContext {
  readonly now: () => Date;
  readonly processes: Processes;
}

/** How many files are looked at side by side: a share on the network takes its time for each. */
const statsAtOnce = 32;
/** Another that changes notes is done in a moment; one that prunes may take long. */
const notesWaitMs = 5000;
const ownNames: ReadonlySet<string> = new Set([markerName, notesName, lockName]);

/** What `init` came to. */
export interface InitializedStore {
  readonly id: string;
  readonly place: string;
  /** False: it was a store before. */
  readonly isNew: boolean;
}

/**
 * Makes a folder a store, the folder too where only itself is missing. What lies in it stays; one that is a store already
 * is left as it is. Throws StoreError.
 */
export async function initDirectoryStore(path: string, { now }: StoreContext): Promise<InitializedStore> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw storeError(error, `making the folder ${path}`);
  }
  await requireDirectory(path);
  return { place: path, ...(await putMarker(path, now())) };
}

/** Opens a folder that `init` made a store. Throws StoreError `not-found`, `not-a-store`, `newer-store`, `damaged-store`. */
export async function openDirectoryStore(path: string, context: StoreContext): Promise<ArchiveStore> {
  await requireDirectory(path);
  const marker = await readMarker(path);
  if (marker === undefined) throw notAStore(path);
  const localDirectory = await realpath(path);
  return new DirectoryStore(
    { id: marker.id, place: path, localDirectory },
    context,
    await fileBytesMaxIn(path),
  );
}

function notAStore(path: string): StoreError {
  return new StoreError("not-a-store", `${path} is no store: it has no ${markerName}`, {
    hint: hintToMake(path),
  });
}

function hintToMake(path: string): string {
  return `is the disk mounted there? if it is, make it a store once: ocbak init ${path}`;
}

async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT")
      throw new StoreError("not-found", `there is no folder ${path}`, { hint: hintToMake(path) });
    throw storeError(error, `opening the store ${path}`);
  });
  if (!found.isDirectory()) throw new StoreError("not-found", `the store ${path} is not a folder`);
}

class DirectoryStore implements ArchiveStore {
  readonly id: string;
  readonly place: string;
  readonly localDirectory: string;
  readonly fileBytesMax: number | null;
  readonly #context: StoreContext;

  constructor(
    { id, place, localDirectory }: { id: string; place: string; localDirectory: string },
    context: StoreContext,
    fileBytesMax: number | null,
  ) {
    this.id = id;
    this.place = place;
    this.localDirectory = localDirectory;
    this.fileBytesMax = fileBytesMax;
    this.#context = context;
  }

  /** A disk may go while we work, and its folder is then an empty one of another disk. */
  async #requireHere(): Promise<void> {
    const marker = await readMarker(this.localDirectory);
    if (marker?.id !== this.id) throw notAStore(this.place);
  }

  async list(): Promise<StoreListing> {
    await this.#requireHere();
    // As bytes: names that are no UTF-8 would come back as others, and perhaps as those of other files.
    const raw = await readdir(this.localDirectory, { encoding: "buffer" }).catch((error: unknown) => {
      throw storeError(error, `listing ${this.place}`);
    });
    const names = raw.toSorted((a, b) => Buffer.compare(a, b)).map((bytes) => nameOf(bytes));
    const ours = names.filter((name) => name !== null && isArchiveName(name)) as string[];
    const archives: StoredArchive[] = [];
    for (let at = 0; at < ours.length; at += statsAtOnce) {
      const some = await Promise.all(ours.slice(at, at + statsAtOnce).map((name) => this.stat(name)));
      archives.push(...some.filter((one) => one !== null));
    }
    const own = names.filter((name) => name !== null && (ownNames.has(name) || isLeftoverName(name))).length;
    return { archives, foreign: names.length - own - archives.length };
  }

  async stat(name: string): Promise<StoredArchive | null> {
    try {
      const info = await lstat(this.#pathOf(name), { bigint: true });
      if (!info.isFile()) return null;
      // Not device and inode: those of a USB disk, of FAT or a share may be others each time it is mounted.
      const version = [info.size, info.mtimeNs, info.ctimeNs].join(".");
      return { name, sizeBytes: Number(info.size), version };
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw storeError(error, `looking at ${name} in ${this.place}`);
    }
  }

  open(name: string): Promise<ByteSource & AsyncDisposable> {
    return openArchiveFile(this.#pathOf(name));
  }

  async begin(name: string, { expectedBytes = 0 }: BeginOptions = {}): Promise<StagedFile> {
    this.#pathOf(name);
    await this.#requireHere();
    await this.#requireRoom(name, expectedBytes);
    return StagedFile.create(this.localDirectory, name, this.#context.processes);
  }

  async #requireRoom(name: string, expectedBytes: number): Promise<void> {
    if (this.fileBytesMax !== null && expectedBytes > this.fileBytesMax) {
      throw new StoreError(
        "no-space",
        `${name} will have about ${expectedBytes} bytes, and the file system of ${this.place} (FAT) takes files up to 4 GiB`,
        { hint: "format that disk with another file system (exFAT, ext4), or use another store" },
      );
    }
    const free = await this.freeBytes();
    if (free !== null && expectedBytes > free) {
      throw new StoreError(
        "no-space",
        `${name} will have about ${expectedBytes} bytes, and ${this.place} has ${free} bytes left`,
        { hint: "free some space there: `ocbak prune` removes old archives by a policy" },
      );
    }
  }

  async remove({ name, version }: StoredArchive): Promise<void> {
    const found = await this.stat(name);
    if (found === null) {
      await this.#requireHere();
      throw new StoreError("not-found", `${name} is no longer in ${this.place}`);
    }
    if (found.version !== version)
      throw new StoreError("changed", `${name} in ${this.place} is another file than it was`);
    await unlink(this.#pathOf(name)).catch((error: unknown) => {
      throw storeError(error, `removing ${name} from ${this.place}`);
    });
  }

  async freeBytes(): Promise<number | null> {
    try {
      const { bavail, bsize } = await statfs(this.localDirectory, { bigint: true });
      return Number(bavail * bsize);
    } catch {
      return null;
    }
  }

  async readNotes(): Promise<StoreNotes> {
    await this.#requireHere();
    return (await readNotesFile(this.localDirectory)) ?? emptyNotes;
  }

  async changeNotes(change: (notes: StoreNotes) => StoreNotes): Promise<void> {
    await using _lock = await this.lock("change tags and pins", { waitMs: notesWaitMs });
    await writeNotesFile(this.localDirectory, change(await this.readNotes()));
  }

  async lock(purpose: string, patience?: LockPatience): Promise<StoreLock> {
    await this.#requireHere();
    return lockDirectory(this.localDirectory, this.#lockRequest(purpose), patience);
  }

  breakLock(force: boolean): Promise<FoundLock | undefined> {
    return breakLock(this.localDirectory, { ...this.#lockRequest("unlock"), force });
  }

  #lockRequest(purpose: string): LockRequest {
    return { purpose, ...this.#context };
  }

  leftovers(): Promise<Leftover[]> {
    return findLeftovers(this.localDirectory, this.#context);
  }

  removeLeftovers(): Promise<Leftover[]> {
    return removeLeftovers(this.localDirectory, this.#context);
  }

  #pathOf(name: string): string {
    if (!isArchiveName(name))
      throw new StoreError("not-found", `${JSON.stringify(name)} is no archive's name`);
    return join(this.localDirectory, name);
  }
}

/** Names of archives as they may stand in a store: hidden ones and whatever is a path are never touched. */
function isArchiveName(name: string): boolean {
  return name.endsWith(".ocbak") && !name.startsWith(".") && !/[/\0]/.test(name);
}

/** Null where it is no UTF-8. */
function nameOf(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString() : null;
}
