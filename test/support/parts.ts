import { PartReader } from "../../src/backup/reading/part-reader.ts";
import { readParts } from "../../src/backup/reading/read-parts.ts";
import { silentVisitor } from "../../src/backup/reading/silent-visitor.ts";
import type { ReadJob } from "../../src/backup/reading/jobs.ts";
import { LocalRunner } from "../../src/backup/workers/worker-pool.ts";
import { Archive } from "../../src/format/archive.ts";
import type { ByteSource } from "../../src/format/bytes.ts";
import { FormatError } from "../../src/format/errors.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { incompressible } from "./archives.ts";
import { splitEntries } from "./cuts.ts";
import { type DraftEntry, type TestKey, draftEntry, hostile } from "./hostile.ts";

/** An archive with many files in both sections, some of them large for its frames, each in frames of its own. */
export function manyParts(key: TestKey): Buffer {
  return hostile(key, {
    plain: (draft) => {
      draft.entries.push(
        draftEntry("workspace.main/zz", { directory: true }),
        ...filesIn("workspace.main/zz"),
      );
      draft.frames = splitEntries;
    },
    sealed: (draft) => {
      draft.entries.unshift(draftEntry("a", { directory: true }), ...filesIn("a"));
      draft.section["roots"] = [{ id: "a", sourcePath: "/a" }];
      draft.frames = splitEntries;
    },
  });
}

export interface InParts {
  /** Undefined: at level intact. */
  readonly fileKey?: (archive: Archive) => Promise<Uint8Array>;
  readonly visitor?: EntryVisitor;
  /** Told of every decoded byte. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads an archive in the smallest parts, last part first, as threads might. Returns how many jobs that were, or the
 * refusal.
 */
export async function readInParts(
  source: ByteSource,
  { fileKey, visitor = silentVisitor, onBytes = () => {} }: InParts,
): Promise<number | FormatError> {
  try {
    const archive = await Archive.open(source);
    const entries = await archive.openEntries(await fileKey?.(archive), { prove: true });
    const { plain, sealed } = archive.layout;
    const setting = { layouts: { plain, sealed }, fileKey: entries.fileKey };
    const reader = new PartReader(source, setting, { visitor, onBytes });
    let count = 0;
    const runner = new LocalRunner<ReadJob, "read">(async function* (job) {
      count += 1;
      await reader.read(job);
      yield "read" as const;
    });
    const backwards = {
      inAnyOrder: (jobs: Iterable<ReadJob>) => runner.inAnyOrder([...jobs].toReversed()),
    };
    await readParts({ archive, entries }, backwards, 1);
    return count;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

function filesIn(folder: string): DraftEntry[] {
  return Array.from({ length: 12 }, (_, at) => {
    const name = `${folder}/f${String(at).padStart(2, "0")}`;
    return draftEntry(name, incompressible(at % 4 === 0 ? 90_000 : 20_000 + at));
  });
}
