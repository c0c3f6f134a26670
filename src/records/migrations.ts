import { seriesTables } from "./series-records.ts";

/**
 * The schema of the records, step by step: the n-th is what leads to `user_version` n. A step that was released is
 * never changed; new ones are added at the end. Times are milliseconds since 1970: text of different precision would
 * not sort.
 */
export const migrations: readonly string[] = [
  // 1: runs and their steps.
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    profile TEXT,
    state_dir TEXT NOT NULL,
    process TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    -- Null while it runs, and where it was killed and nobody looked since.
    outcome TEXT CHECK (outcome IN ('done', 'incomplete', 'failed', 'killed')),
    archive_id TEXT,
    archive_name TEXT,
    archive_bytes INTEGER,
    archive_created_at TEXT
  ) STRICT;
  CREATE INDEX runs_in_order ON runs (state_dir, host, profile, id);
  CREATE INDEX runs_of_installation ON runs (state_dir, host, profile, outcome, id);
  CREATE TABLE steps (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    step TEXT NOT NULL,
    store TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'incomplete', 'failed', 'skipped')),
    reason TEXT,
    code TEXT,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (run_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX steps_of_store ON steps (store, step, run_id) WHERE store IS NOT NULL;
  CREATE INDEX failed_steps ON steps (store, run_id) WHERE outcome = 'failed';
  `,
  // 2: what is known of archives.
  `
  CREATE TABLE verdicts (
    archive_id TEXT NOT NULL,
    -- Empty: it lay in no store.
    store_id TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('quick', 'intact', 'full')),
    version TEXT,
    verdict TEXT NOT NULL,
    complete INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (archive_id, store_id, level)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verdicts_of_store ON verdicts (store_id);
  CREATE TABLE prunes (
    archive_id TEXT NOT NULL,
    store_id TEXT NOT NULL,
    series_id TEXT,
    sequence INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (archive_id, store_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX prunes_of_series ON prunes (series_id, sequence);
  CREATE TABLE drills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    profile TEXT,
    state_dir TEXT NOT NULL,
    archive_id TEXT NOT NULL,
    ok INTEGER NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX drills_of_installation ON drills (state_dir, host, profile, id);
  CREATE TABLE archive_facts (
    store_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    facts TEXT NOT NULL,
    PRIMARY KEY (store_id, name)
  ) STRICT, WITHOUT ROWID;
  `,
  // 3: the series of installations, and the newest archives seen.
  seriesTables,
];
