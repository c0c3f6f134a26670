import type { RecordsDatabase } from "../../records/database.ts";
import { VerdictRecords } from "../../records/verdict-records.ts";
import { FormatError } from "../../format/errors.ts";
import type { ArchiveStore, StoredArchive } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import type { Context } from "../context.ts";
import { hasKey } from "../read-options.ts";
import type { VerifyLevel, VerifyReport } from "../reports.ts";
import { verifySource, type VerifyOptions } from "../verify.ts";
import { isProved } from "./decisive-verdict.ts";
import type { VerifiedArchive } from "./verify-store-report.ts";

interface StoreToVerify {
  readonly store: ArchiveStore;
  /** Where verdicts are written down; undefined: nowhere. */
  readonly records: RecordsDatabase | undefined;
}

/**
 * Verifies one archive of a store and writes the verdict down. Undefined where it is gone by now. What the store cannot
 * give is told and not written down: it is no verdict on the archive.
 */
export async function verifyStored(
  { store, records }: StoreToVerify,
  stored: StoredArchive,
  options: VerifyOptions,
  context: Context,
): Promise<VerifiedArchive | undefined> {
  const { name, sizeBytes } = stored;
  try {
    const report = await verifyAsFarAsOpens(store, name, options, context);
    if (records !== undefined) note(report, { store, records, stored }, options, context);
    const { archiveId, level, verdict, capture, findings } = report;
    const reason = findings[0]?.reason ?? null;
    return { name, archiveId, sizeBytes, level, verdict, complete: capture.complete, reason };
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === "not-found") return undefined;
    const verdict = unverified(cause);
    if (verdict === undefined) throw cause;
    const reason = (cause as Error).message;
    return { name, archiveId: null, sizeBytes, level: levelOf(options), verdict, complete: null, reason };
  }
}

function unverified(cause: unknown): "unreadable" | "no-key" | undefined {
  if (cause instanceof StoreError) return "unreadable";
  return cause instanceof FormatError && cause.code === "no-key" ? "no-key" : undefined;
}

/** A store may be shared: archives of others are sealed to their keys, and can be proved without. */
async function verifyAsFarAsOpens(
  store: ArchiveStore,
  name: string,
  options: VerifyOptions,
  context: Context,
): Promise<VerifyReport> {
  await using source = await store.open(name);
  const what = { archive: name, source };
  try {
    return await verifySource(what, options, context);
  } catch (cause) {
    const isOthers = cause instanceof FormatError && cause.code === "no-key" && options.level === undefined;
    if (!isOthers) throw cause;
    return await verifySource(what, { ...options, level: "intact" }, context);
  }
}

function levelOf(options: VerifyOptions): VerifyLevel {
  return options.level ?? (hasKey(options) ? "full" : "intact");
}

function note(
  { archiveId, level, verdict, capture }: VerifyReport,
  { store, records, stored }: StoreToVerify & { records: RecordsDatabase; stored: StoredArchive },
  { requireSignature }: VerifyOptions,
  context: Context,
): void {
  // Whom the caller trusts is no property of the archive: prune must not take it for bad.
  if (archiveId === null || (requireSignature === true && !isProved({ verdict }))) return;
  new VerdictRecords(records).put({
    archiveId,
    storeId: store.id,
    level,
    version: stored.version,
    verdict,
    complete: capture.complete,
    at: context.now().toISOString(),
  });
}
