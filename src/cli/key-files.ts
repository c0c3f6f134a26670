import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { configFolder } from "../config/config-folder.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import { warn } from "./output.ts";

/** The only file of the command line that touches the disk: it reads and writes keys, never archives. */

const keyFileBytesMax = 1024 * 1024;

/** Where `keygen` puts the identity and every other command looks for it. */
export function defaultIdentityFile(io: CliContext): string {
  return resolve(configFolder(io), "identity.txt");
}

/** What kind of file it is, for messages: `identity`, `recipients`, … */
export interface KeyFile {
  readonly path: string;
  readonly kind: string;
  /** Warn where others may read it. */
  readonly secret: boolean;
}

/** The bytes of a key file. Throws `key-file-unreadable`. */
export async function readKeyFile(file: KeyFile, io: CliContext): Promise<Buffer> {
  const bytes = await readIfPresent(file, io);
  if (bytes === undefined) throw unreadable(file, "there is no such file");
  return bytes;
}

/** The same, or undefined where there is none. */
export async function readIfPresent(file: KeyFile, io: CliContext): Promise<Buffer | undefined> {
  try {
    await using handle = await open(resolve(io.cwd, file.path), "r");
    const info = await handle.stat();
    if (info.isDirectory()) throw unreadable(file, "it is a directory");
    if (file.secret && info.isFile() && (info.mode & 0o044) !== 0 && io.platform !== "win32") {
      await warn(io, `others can read the ${file.kind} file ${file.path}; chmod 600 it`);
    }
    return await readAll(handle, file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (error instanceof CliError) throw error;
    throw unreadable(file, codeOf(error), error);
  }
}

/** Also reads pipes (`-i <(pass show ocbak)`), which have no size. */
async function readAll(handle: FileHandle, file: KeyFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > keyFileBytesMax) throw unreadable(file, "it is too large to be one");
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

function unreadable(file: KeyFile, why: string, cause?: unknown): CliError {
  return new CliError("key-file-unreadable", `cannot read the ${file.kind} file ${file.path}: ${why}`, {
    cause,
  });
}

/** Creates an identity file: 0600, in folders of 0700, never over an existing one. Throws `key-file-exists` or `key-file-unwritable`. */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await using folder = await open(dirname(path), "r");
    await folder.sync();
  } catch (error) {
    if (codeOf(error) !== "EEXIST") {
      throw new CliError("key-file-unwritable", `cannot write the identity file ${path}: ${codeOf(error)}`, {
        cause: error,
      });
    }
    throw new CliError("key-file-exists", `the identity file ${path} exists already`, {
      cause: error,
      hint: "ocbak never overwrites a key; name another file with -o",
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
