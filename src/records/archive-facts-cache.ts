import type { RecordsDatabase } from "./database.ts";

/** What was read of an archive in a store, so that it need not be read again. */
export interface CachedFacts {
  /** A file name in the store. */
  readonly name: string;
  /** The store's token: facts hold for no other version of the file. */
  readonly version: string;
  /** Anything that is JSON: the reader's to check, as an older ocbak may have written it. */
  readonly facts: unknown;
}

export class ArchiveFactsCache {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  /** All of a store, by name. */
  of(storeId: string): ReadonlyMap<string, CachedFacts> {
    const rows = this.#records.all(
      "SELECT name, version, facts FROM archive_facts WHERE store_id = ?",
      storeId,
    );
    return new Map(
      rows.map((row) => {
        const [name, version] = [String(row["name"]), String(row["version"])];
        return [name, { name, version, facts: JSON.parse(String(row["facts"])) as unknown }];
      }),
    );
  }

  /** Adds some, in place of those of the same names, and forgets the others whose names are not among `present`. */
  update(storeId: string, added: readonly CachedFacts[], present: ReadonlySet<string>): void {
    this.#records.transaction(() => {
      for (const { name, version, facts } of added)
        this.#records.replace("archive_facts", {
          store_id: storeId,
          name,
          version,
          facts: JSON.stringify(facts),
        });
      for (const row of this.#records.all("SELECT name FROM archive_facts WHERE store_id = ?", storeId))
        if (!present.has(String(row["name"])))
          this.#records.run(
            "DELETE FROM archive_facts WHERE store_id = ? AND name = ?",
            storeId,
            String(row["name"]),
          );
    });
  }
}
