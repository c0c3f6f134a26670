import { bytesOf } from "../../format/entry-path.ts";
import { type Counts, countIn, countsOf } from "../../openclaw/counts.ts";
import type { Installation } from "../../openclaw/installation.ts";
import { askOwnDatabases, stateDatabasePath } from "../../openclaw/own-databases.ts";

/** Entry path in the archive and place on disk of a database of OpenClaw's own. */
export interface PlacedDatabase {
  readonly path: string;
  readonly file: string;
}

/** Counts in the databases as they lie now. What cannot be read counts as unknown. */
export function countNow(
  installation: Installation,
  databases: readonly PlacedDatabase[],
  now: Date,
): Counts {
  const entries = databases.map(({ path, file }) => ({
    path: bytesOf(path),
    source: bytesOf(file),
    database: true as const,
  }));
  const asked = askOwnDatabases(entries, countIn, () => {});
  const counted = asked.map(({ database, answer }) => ({ database, counts: answer }));
  return countsOf(
    installation,
    {
      state: counted.find(({ database }) => database.path === stateDatabasePath),
      others: counted.filter(({ database }) => database.path !== stateDatabasePath),
    },
    now,
  );
}
