import { lstatSync, type Stats } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../system/replace-file.ts";
import { ScheduleError } from "./errors.ts";

/** A text that a scheduler reads: a file, or a user's crontab. */
export interface TextPlace {
  /** The path, or what it is. */
  readonly label: string;
  /** Null: there is none. */
  read(): Promise<string | null>;
  /** Replaces it whole; null removes it. */
  write(text: string | null): Promise<void>;
}

/** One text before and after. */
export interface Change {
  readonly place: TextPlace;
  readonly before: string | null;
  readonly after: string | null;
}

/** Stands in every file of ours: one without it is somebody else's, and stays. */
export const ownMark = "Made by `ocbak schedule install`";

/** What becomes of a file of ours. Throws `foreign-file` where one of that name is not. */
export async function changeOf(path: string, after: string | null, mode = 0o644): Promise<Change> {
  const place = filePlace(path, mode);
  const before = await place.read();
  if (before !== null && !before.includes(ownMark)) {
    throw new ScheduleError("foreign-file", `${path} was not made by ocbak, and stays as it is`, {
      hint: "look at it, and move it away if nothing needs it",
    });
  }
  return { place, before, after };
}

/** A file that is replaced whole, or not at all. */
export function filePlace(path: string, mode: number): TextPlace {
  return {
    label: path,
    read: () => reading(path, () => readOwn(path)),
    write: (text) =>
      writing(path, () => (text === null ? rm(path, { force: true }) : replace(path, text, mode))),
  };
}

async function readOwn(path: string): Promise<string | null> {
  const found: Stats | undefined = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isFile()) {
    throw new ScheduleError("foreign-file", `${path} is no regular file, and stays as it is`, {
      hint: "a link to /dev/null is a unit that was masked: `systemctl unmask` takes it away",
    });
  }
  return readFile(path, "utf8");
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, { text, mode });
}

function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  return asIo(`reading ${path}`, read);
}

function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  return asIo(`writing ${path}`, write);
}

/** Refusals of the system as `io`, with what was being done. */
export async function asIo<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScheduleError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ScheduleError("io", `${doing}: ${code}`, { cause: error });
  }
}
