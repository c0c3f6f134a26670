import { Archive, type OpenArchive } from "../format/archive.ts";
import type { ByteSource } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import type { EntryVisitor } from "../format/visitor.ts";
import { proveSegments } from "../format/stored-stream.ts";
import { walkSection } from "../format/walk.ts";
import { FileSource } from "../store/file-source.ts";
import type { Context } from "./context.ts";
import type { ThreadedReading, Threads } from "./reading/read-threads.ts";
import { silentVisitor } from "./reading/silent-visitor.ts";
import { StoreError } from "../store/errors.ts";
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
  /** Who is given one reads in this thread. */
  readonly visitor?: EntryVisitor;
  /** Default: as many as are of use. */
  readonly threads?: Threads;
}

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
  const opened = { archive, entries };
  const { decodedBytes, threadsFor } = await import("./reading/read-threads.ts");
  const threads = options.threads ?? threadsFor(source, opened);
  context.progress.start("verify", decodedBytes(opened));
  if (options.visitor === undefined && threads.count > 0 && source instanceof FileSource)
    await proveByThreads(opened, { ...threads, source }, context);
  else await proveHere(opened, { source, visitor: options.visitor ?? silentVisitor }, context);
  context.progress.finish();
  return { archive, entries, verdict: entries.sealed === undefined ? "intact" : "full" };
}

type Opened = Pick<Proof, "archive"> & { readonly entries: OpenArchive };

async function proveHere(
  { archive, entries }: Opened,
  { source, visitor }: { readonly source: ByteSource; readonly visitor: EntryVisitor },
  context: Context,
): Promise<void> {
  const onBytes = (bytes: number): void => {
    context.signal.throwIfAborted();
    context.progress.advance(bytes);
  };
  await archive.proveExtensions();
  await walkSection(entries.plain, visitor, { onBytes });
  if (entries.sealed === undefined) await proveSegments(source, archive.layout.sealed, { onProved: onBytes });
  else await walkSection(entries.sealed, visitor, { onBytes });
}

async function proveByThreads(opened: Opened, reading: ThreadedReading, context: Context): Promise<void> {
  const { readByThreads } = await import("./reading/read-threads.ts");
  try {
    await readByThreads(opened, reading, context);
  } catch (refusal) {
    await refuseAsOneReader(refusal, { source: reading.source, fileKey: opened.entries.fileKey }, context);
  }
}

/**
 * Threads find out that something is wrong; what it is that counts, and where, is for one reader to say, who reads from
 * the first byte on. Throws what that one throws, and in any case.
 */
export async function refuseAsOneReader(
  refusal: unknown,
  { source, fileKey }: { readonly source: ByteSource; readonly fileKey: Uint8Array | undefined },
  context: Context,
): Promise<never> {
  if (!(refusal instanceof FormatError)) throw refusal;
  const options: ProveOptions = {
    level: fileKey === undefined ? "intact" : "full",
    fileKey: () => Promise.resolve(fileKey!),
    visitor: silentVisitor,
  };
  await proveArchive(source, options, context);
  throw new StoreError("io", "the archive was not the same when it was read again", {
    cause: refusal,
    hint: "the disk or the memory of this machine may be failing: verify a copy on another one",
  });
}
