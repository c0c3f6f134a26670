import { lstat, mkdir, readdir, realpath, stat, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "../format/bytes.ts";
import type { Processes } from "../system/process-mark.ts";
import type { ArchiveStore, BeginOptions, StoredArchive, StoreListing } from "./archive-store.ts";
import { openArchiveFile } from "./directory.ts";
import { StoreError } from "./errors.ts";
import { fileBytesMaxIn } from "./file-limit.ts";
import { lockDirectory, type StoreLock } from "./lock.ts";
import { markerName, newMarker, readMarker } from "./marker.ts";
import { emptyNotes, readNotesFile, type StoreNotes, writeNotesFile } from "./notes.ts";
import { replaceFile } from "./replace-file.ts";
import { StagedFile } from "./staged-file.ts";
import { storeError, systemCode } from "./store-error.ts";

/** What a store of this machine needs of its surroundings. */
export interface StoreContext {
  readonly now: () => Date;
  readonly processes: Processes;
}

/** How many files are looked at side by side: a share on the network takes its time for each. */
const statsAtOnce = 32;

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
  const found = await readMarker(path);
  const marker = found ?? newMarker(now());
  if (found === undefined) await replaceFile(join(path, markerName), `${JSON.stringify(marker, null, 2)}\n`);
  return { id: marker.id, place: path, isNew: found === undefined };
}

/** Opens a folder that `init` made a store. Throws StoreError `not-found`, `not-a-store`, `newer-store`, `damaged-store`. */
export async function openDirectoryStore(path: string, context: StoreContext): Promise<ArchiveStore> {
  await requireDirectory(path);
  const marker = await readMarker(path);
  if (marker === undefined) {
    throw new StoreError("not-a-store", `${path} is no store: it has no ${markerName}`, {
      hint: `is the disk mounted there? if it is, make it a store once: ocbak init ${path}`,
    });
  }
  const localDirectory = await realpath(path);
  return new DirectoryStore(
    { id: marker.id, place: path, localDirectory },
    context,
    await fileBytesMaxIn(path),
  );
}

async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
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

  async list(): Promise<StoreListing> {
    const names = await readdir(this.localDirectory).catch((error: unknown) => {
      throw storeError(error, `listing ${this.place}`);
    });
    const ours = names.filter((name) => isArchiveName(name)).sort();
    const archives: StoredArchive[] = [];
    for (let at = 0; at < ours.length; at += statsAtOnce) {
      const some = await Promise.all(ours.slice(at, at + statsAtOnce).map((name) => this.stat(name)));
      archives.push(...some.filter((one) => one !== null));
    }
    const hidden = names.filter((name) => name.startsWith(".ocbak-") || name.endsWith(".partial")).length;
    return { archives, foreign: names.length - hidden - archives.length };
  }

  async stat(name: string): Promise<StoredArchive | null> {
    try {
      const info = await lstat(this.#pathOf(name), { bigint: true });
      if (!info.isFile()) return null;
      const version = [info.dev, info.ino, info.size, info.mtimeNs].join(".");
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
    await this.#requireRoom(name, expectedBytes);
    return StagedFile.create(this.localDirectory, name);
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
    if (found === null) throw new StoreError("not-found", `${name} is no longer in ${this.place}`);
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
    return (await readNotesFile(this.localDirectory)) ?? emptyNotes;
  }

  async changeNotes(change: (notes: StoreNotes) => StoreNotes): Promise<void> {
    await using _lock = await this.lock("changing tags");
    await writeNotesFile(this.localDirectory, change(await this.readNotes()));
  }

  lock(purpose: string): Promise<StoreLock> {
    const { now, processes } = this.#context;
    return lockDirectory(this.localDirectory, { purpose, now: now(), processes });
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
