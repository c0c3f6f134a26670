import { closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";
import { RecordsError } from "./errors.ts";
import { isCurrent, migrate } from "./migrate.ts";
import { type RecordsPlace, recordsFile } from "./place.ts";
import { recordsError } from "./sqlite-error.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Runs write for milliseconds; one on NFS may wait longer for a lock. */
const busyTimeoutMs = 10_000;

/**
 * The records, in SQLite. Every method throws RecordsError `damaged-records`, `records-busy` and `records-unusable`.
 *
 * The journal is SQLite's default and not a log beside the file (WAL): that one needs memory shared by all who have the
 * file open, which a home on NFS cannot give, and what is written here is a few rows a day.
 */
export class RecordsDatabase implements Disposable {
  readonly file: string;
  readonly #database: DatabaseSync;

  constructor(file: string, mode: "read" | "write") {
    this.file = file;
    this.#database = this.#translated(
      () => new DatabaseSync(file, { readOnly: mode === "read", timeout: busyTimeoutMs }),
    );
  }

  all(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#translated(() => this.#database.prepare(sql).all(...values));
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#translated(() => this.#database.prepare(sql).get(...values));
  }

  /** Changes rows. */
  run(sql: string, ...values: readonly SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#translated(() => this.#database.prepare(sql).run(...values));
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** Adds a row, told by its columns, and gives its id. */
  insert(table: string, row: Readonly<Record<string, SQLInputValue>>): number {
    return this.#put("INSERT", table, row);
  }

  /** Adds a row, in place of that with the same key. */
  replace(table: string, row: Readonly<Record<string, SQLInputValue>>): void {
    this.#put("INSERT OR REPLACE", table, row);
  }

  /** Several statements without values. */
  exec(sql: string): void {
    this.#translated(() => this.#database.exec(sql));
  }

  /** All that `change` does, or nothing of it. Not to be nested. */
  transaction<T>(change: () => T): T {
    // Locked for writing at once: a lock for reading that two want to raise is refused to one of them.
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = change();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #put(how: string, table: string, row: Readonly<Record<string, SQLInputValue>>): number {
    const columns = Object.keys(row);
    const marks = columns.map(() => "?");
    const sql = `${how} INTO ${table} (${columns.join(", ")}) VALUES (${marks.join(", ")})`;
    return this.run(sql, ...Object.values(row)).id;
  }

  #translated<T>(use: () => T): T {
    try {
      return use();
    } catch (error) {
      throw recordsError(error, this.file);
    }
  }
}

/**
 * Opens the records, made where there are none (folder 0700, file 0600), and brings their schema up to date. Throws also
 * RecordsError `newer-records`. A file that is damaged or that others made is refused, never replaced.
 */
export function openRecords(place: RecordsPlace): RecordsDatabase {
  const file = recordsFile(place);
  refuseForeign(file, place);
  makeFile(file);
  const records = new RecordsDatabase(file, "write");
  try {
    migrate(records);
    return records;
  } catch (error) {
    records[Symbol.dispose]();
    throw error;
  }
}

/** Opens them to look at; undefined where nothing was ever recorded. Writes only where they need it: an older schema, a run cut off amid a write. */
export function openRecordsToRead(place: RecordsPlace): RecordsDatabase | undefined {
  const file = recordsFile(place);
  if (ownerOf(file) === undefined) return undefined;
  refuseForeign(file, place);
  const records = new RecordsDatabase(file, "read");
  try {
    if (isCurrent(records)) return records;
  } catch (error) {
    records[Symbol.dispose]();
    // A journal to be rolled back first shows itself so to those who only read.
    if (!(error instanceof RecordsError && error.code === "records-unusable")) throw error;
  }
  records[Symbol.dispose]();
  return openRecords(place);
}

/**
 * With `sudo` the home may be a user's: what root wrote there would shut its owner out, and a link of theirs could send
 * root's writing anywhere.
 */
function refuseForeign(file: string, { uid }: RecordsPlace): void {
  if (uid !== 0) return;
  for (let path = file; path !== dirname(path); path = dirname(path)) {
    if ((ownerOf(path) ?? 0) === 0) continue;
    throw new RecordsError(
      "records-unusable",
      `cannot use the records ${file} as root: ${path} is another user's`,
      {
        hint: "run ocbak as that user, or give root records of its own: sudo -H",
      },
    );
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return lstatSync(path).uid;
  } catch {
    // What is not there, or lies below a file, is nobody's.
    return undefined;
  }
}

function makeFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
  } catch (cause) {
    const why = String((cause as NodeJS.ErrnoException).code);
    throw new RecordsError("records-unusable", `cannot write the records ${file}: ${why}`, {
      cause,
      hint: "the folder is $XDG_STATE_HOME/ocbak, else ~/.local/state/ocbak; it must be yours (a run with sudo may have made it root's)",
    });
  }
}
