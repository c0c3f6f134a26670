import { RecordsError } from "./errors.ts";

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that are the user's to know. */
const busy = new Set([5, 6, 15]);
const damaged = new Set([11, 26]);
const unusable: ReadonlyMap<number, string> = new Map([
  [3, "not permitted"],
  [8, "it cannot be written to"],
  [10, "reading or writing failed"],
  [13, "the disk is full"],
  [14, "it cannot be opened"],
  [22, "the file system does not offer what SQLite needs"],
]);

/** An error of SQLite as a {@link RecordsError}; anything else (a programmer's mistake, SQL that is wrong) as it is. */
export function recordsError(cause: unknown, file: string): unknown {
  const code = primaryCode(cause);
  if (code === undefined) return cause;
  if (busy.has(code)) {
    return new RecordsError("records-busy", `other runs of ocbak keep the records ${file} locked`, {
      cause,
      hint: "wait until they are done, then try again",
    });
  }
  if (damaged.has(code)) return damagedRecords(file, (cause as Error).message, cause);
  const why = unusable.get(code);
  return why === undefined
    ? cause
    : new RecordsError("records-unusable", `cannot use the records ${file}: ${why}`, {
        cause,
        hint: "its folder must be yours, writable, and have some space left; XDG_STATE_HOME names another place",
      });
}

export function damagedRecords(file: string, why: string, cause?: unknown): RecordsError {
  return new RecordsError("damaged-records", `the records ${file} are damaged: ${why}`, {
    cause,
    hint: `no archive is touched by this: put the file aside (mv ${file} ${file}.damaged), and new records begin; \`sqlite3 ${file}.damaged .recover\` may save the old ones`,
  });
}

function primaryCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}
