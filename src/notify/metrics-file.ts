import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { NotifyError } from "./errors.ts";

/**
 * Puts a text in a file's place, whole or not at all: whoever reads it never sees half of it. Readable for all, as
 * node_exporter is another user; its folder must be there. The collector reads only names that end in `.prom`, and the
 * name that it has for a moment does not. Throws `metrics-unwritable`.
 */
export async function writeMetricsFile(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeNew(beside, text);
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    throw unwritable(file, cause);
  }
  await flushFolder(dirname(file));
}

async function writeNew(path: string, text: string): Promise<void> {
  await using handle = await open(path, "wx", 0o600);
  await handle.writeFile(text);
  // Whatever the umask is.
  await handle.chmod(0o644);
  await handle.sync();
}

/** Some file systems do not do this for folders; what was renamed is there all the same. */
async function flushFolder(path: string): Promise<void> {
  const handle: FileHandle | undefined = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function unwritable(file: string, cause: unknown): NotifyError {
  const why = String((cause as NodeJS.ErrnoException).code);
  return new NotifyError("metrics-unwritable", `cannot write the metrics ${file}: ${why}`, {
    cause,
    hint: "its folder must be there and yours to write to, such as node_exporter's --collector.textfile.directory",
  });
}
