import { Archive, type OpenArchive } from "../format/archive.ts";
import type { ByteSource } from "../format/bytes.ts";
import type { EntryVisitor } from "../format/visitor.ts";
import { proveSegments } from "../format/stored-stream.ts";
import { walkSection } from "../format/walk.ts";
import type { Context } from "./context.ts";
import type { ProvedVerdict, VerifyLevel } from "./reports.ts";

/** What a reader holds after it has proved an archive to a level. */
export interface Proof {
  readonly archive: Archive;
  /** Undefined at level quick. */
  readonly entries: OpenArchive | undefined;
  readonly verdict: Exclude<ProvedVerdict, "authentic">;
}

export interface ProveOptions {
  readonly level: VerifyLevel;
  /** Asked for once the structure is proved; only at level full. */
  readonly fileKey: (archive: Archive) => Promise<Uint8Array>;
  readonly visitor?: EntryVisitor;
}

const silentVisitor: EntryVisitor = { begin() {}, content() {}, end() {} };

/** Proves a whole archive to the wanted level. Throws a FormatError at the first thing that does not hold. */
export async function proveArchive(
  source: ByteSource,
  options: ProveOptions,
  context: Context,
): Promise<Proof> {
  const archive = await Archive.open(source);
  if (options.level === "quick") return { archive, entries: undefined, verdict: "complete" };
  const fileKey = options.level === "full" ? await options.fileKey(archive) : undefined;
  const entries = await archive.openEntries(fileKey, { prove: true });
  const visitor = options.visitor ?? silentVisitor;
  const { progress } = context;
  const onBytes = (bytes: number): void => {
    context.signal.throwIfAborted();
    progress.advance(bytes);
  };
  progress.start("verify", progressBytes(archive, entries));
  await archive.proveExtensions();
  await walkSection(entries.plain, visitor, { onBytes });
  if (entries.sealed === undefined) await proveSegments(source, archive.layout.sealed, onBytes);
  else await walkSection(entries.sealed, visitor, { onBytes });
  progress.finish();
  return { archive, entries, verdict: entries.sealed === undefined ? "intact" : "full" };
}

/** Decoded bytes where the section is opened, stored ones where only its segments are read. */
function progressBytes({ layout }: Archive, { plain, sealed }: OpenArchive): number {
  return plain.reader.indexStart + (sealed?.reader.indexStart ?? layout.sealed.storedBytes);
}
