import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { settleCopy } from "../../disk/database-check.ts";
import { removeCopy } from "../../disk/database-family.ts";
import { diskError } from "../../disk/io-error.ts";
import { StagedFile } from "../../disk/staged-file.ts";
import { displayPath } from "../../format/entry-path.ts";
import type { FileLine } from "../../format/entry.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { proveFile, readFileContent } from "../../format/walk.ts";
import type { DatabaseCopy } from "./database-copy.ts";

/**
 * Brings a database of an archive into a private directory, proved by its digest, and checks it: SQLite walks no tree
 * that it has not found sound. Throws a FormatError where the digest does not hold, a DiskError where there is no room.
 */
export async function extractDatabase(
  section: ProvedSection,
  line: FileLine,
  workDir: string,
): Promise<DatabaseCopy> {
  const file = join(workDir, `${randomBytes(8).toString("hex")}.sqlite`);
  await proveFile(section, line);
  try {
    using copy = new StagedFile(Buffer.from(file), line.sparse === true ? "sparse" : "dense");
    for await (const piece of readFileContent(section, line)) copy.write(piece);
    copy.finish({ mode: 0o600, mtime: line.mtime, ownership: undefined });
  } catch (error) {
    removeCopy(file);
    throw error instanceof Error && "errno" in error
      ? diskError(error, `copying ${displayPath(line.path)} into the work directory`)
      : error;
  }
  const { check, detail } = settleCopy(file, line.size);
  if (check !== "failed") return { file };
  removeCopy(file);
  return { reason: `the archive's copy is damaged: ${detail ?? "no detail"}` };
}
