import { z } from "zod";
import { ProcessMark } from "../system/process-mark.ts";
import type { RecordsDatabase, Row } from "./database.ts";
import type { InstallationKey } from "./run-record.ts";

/** The schema of {@link SeriesRecords}: a step of the migrations. */
export const seriesTables = `
  CREATE TABLE series (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    profile TEXT NOT NULL,
    state_dir TEXT NOT NULL,
    UNIQUE (host, profile, state_dir)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE series_members (
    archive_id TEXT PRIMARY KEY,
    series_id TEXT NOT NULL REFERENCES series (id),
    sequence INTEGER NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    -- Where it is to be; null: standard output.
    place TEXT,
    -- Null once it is made.
    writer TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_in_sequence ON series_members (series_id, sequence);
  CREATE TABLE marks (
    series_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    archive_id TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** An archive's place in its series, as the manifest says it. */
export interface SeriesLink {
  readonly id: string;
  readonly sequence: number;
  /** The SHA-256 of the manifest before, 64 hex digits; null for the first. */
  readonly previous: string | null;
}

/** An archive of a series, by what ties the next one to it. */
export interface SeriesMember {
  readonly archiveId: string;
  readonly seriesId: string;
  readonly sequence: number;
  readonly manifestSha256: string;
}

/** One that is being written, or was when its writer died. */
export interface UnfinishedMember {
  readonly archiveId: string;
  readonly place: string | null;
  readonly writer: ProcessMark;
}

/** The newest archive of a series that this machine has seen. */
export interface HighWaterMark {
  readonly sequence: number;
  readonly archiveId: string;
  /** ISO 8601, as in its manifest. */
  readonly createdAt: string;
}

const MemberRow = z.object({ sequence: z.int(), manifest_sha256: z.string() });
const MarkRow = z.object({ sequence: z.int(), archive_id: z.string(), created_at: z.string() });

/** Which archives of which series this machine has made, and the newest that it has seen. Throws RecordsError. */
export class SeriesRecords {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  /** The series of an installation; it begins here, as `newId`, where it has none. */
  seriesOf({ host, profile, stateDir }: InstallationKey, newId: string): string {
    return this.#records.transaction(() => {
      const key = [host, profile ?? "", stateDir] as const;
      const sql = "SELECT id FROM series WHERE host = ? AND profile = ? AND state_dir = ?";
      const known = this.#records.get(sql, ...key);
      if (known !== undefined) return String(known["id"]);
      this.#records.run("INSERT INTO series VALUES (?, ?, ?, ?)", newId, ...key);
      return newId;
    });
  }

  /**
   * Takes the next place of a series for an archive that is about to be written. `build` gives, for its link, what the
   * one after it will be tied to. Two at once follow each other.
   */
  begin<T extends { readonly archiveId: string; readonly manifestSha256: string }>(
    seriesId: string,
    writer: { readonly place: string | null; readonly mark: ProcessMark },
    build: (link: SeriesLink) => T,
  ): T {
    return this.#records.transaction(() => {
      const head = this.head(seriesId);
      const sequence = head === null ? 0 : head.sequence + 1;
      const built = build({ id: seriesId, sequence, previous: head?.manifestSha256 ?? null });
      this.#records.run(
        "INSERT INTO series_members VALUES (?, ?, ?, ?, ?, ?)",
        built.archiveId,
        seriesId,
        sequence,
        built.manifestSha256,
        writer.place,
        JSON.stringify(writer.mark),
      );
      return built;
    });
  }

  /** It is made. */
  finish(archiveId: string): void {
    this.#records.run("UPDATE series_members SET writer = NULL WHERE archive_id = ?", archiveId);
  }

  /** It came to nothing: the next one takes its place, unless another follows it already. */
  abandon(archiveId: string): void {
    this.#records.run("DELETE FROM series_members WHERE archive_id = ? AND writer IS NOT NULL", archiveId);
  }

  unfinished(seriesId: string): UnfinishedMember[] {
    return this.#records
      .all(
        "SELECT archive_id, place, writer FROM series_members WHERE series_id = ? AND writer IS NOT NULL",
        seriesId,
      )
      .map((row) => ({
        archiveId: String(row["archive_id"]),
        place: textOrNull(row["place"]),
        writer: ProcessMark.parse(JSON.parse(String(row["writer"]))),
      }));
  }

  /** The last of a series that was made or is being made here. */
  head(seriesId: string): { readonly sequence: number; readonly manifestSha256: string } | null {
    const row = this.#records.get(
      "SELECT sequence, manifest_sha256 FROM series_members WHERE series_id = ? ORDER BY sequence DESC LIMIT 1",
      seriesId,
    );
    if (row === undefined) return null;
    const { sequence, manifest_sha256: manifestSha256 } = MemberRow.parse(row);
    return { sequence, manifestSha256 };
  }

  /**
   * Goes on behind an archive that is further than all that is known here (these records were lost, or are old; or another
   * machine made it), and says whether it is.
   */
  adopt({ archiveId, seriesId, sequence, manifestSha256 }: SeriesMember): boolean {
    return this.#records.transaction(() => {
      const head = this.head(seriesId);
      if (head !== null && head.sequence >= sequence) return false;
      this.#records.run(
        "INSERT INTO series_members VALUES (?, ?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING",
        archiveId,
        seriesId,
        sequence,
        manifestSha256,
      );
      return true;
    });
  }

  mark(seriesId: string): HighWaterMark | null {
    const row = this.#records.get(
      "SELECT sequence, archive_id, created_at FROM marks WHERE series_id = ?",
      seriesId,
    );
    return row === undefined ? null : markOf(row);
  }

  /** Raises the mark of a series; one that is higher stays. */
  raise(seriesId: string, { sequence, archiveId, createdAt }: HighWaterMark): void {
    this.#records.run(
      `INSERT INTO marks VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        sequence = excluded.sequence, archive_id = excluded.archive_id, created_at = excluded.created_at
        WHERE excluded.sequence > marks.sequence`,
      seriesId,
      sequence,
      archiveId,
      createdAt,
    );
  }
}

function markOf(row: Row): HighWaterMark {
  const { sequence, archive_id: archiveId, created_at: createdAt } = MarkRow.parse(row);
  return { sequence, archiveId, createdAt };
}

function textOrNull(value: Row[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
