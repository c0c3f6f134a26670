import type { ByteSource } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import { addStatuses, captureCounts, unknownCapture } from "./capture-verdict.ts";
import type { Context } from "./context.ts";
import { noEntries } from "./entry-counts.ts";
import { type Proof, proveArchive } from "./prove.ts";
import { type ReadOptions, type Signer, hasKey, openSource, signerOf } from "./read-options.ts";
import type { SectionReport, VerifyLevel, VerifyReport } from "./reports.ts";
import { surveyReport } from "./verify-survey.ts";
import { watched } from "./watched-source.ts";

export interface VerifyOptions extends ReadOptions {
  /** Default: `full` where a key is configured, else `intact`. */
  readonly level?: VerifyLevel;
}

/**
 * Proves an archive, or says exactly what is left of a cut or damaged one. Throws for keys that do not fit and for
 * what cannot be read at all, never for what is wrong with the archive: the verdict says that.
 */
export async function verifyArchive(
  archive: string,
  options: VerifyOptions,
  context: Context,
): Promise<VerifyReport> {
  await using source = await openSource(archive, options, context);
  return await verifySource({ archive, source }, options, context);
}

/** The same for one that is open; `archive` is its name in the report. */
export async function verifySource(
  { archive, source }: { readonly archive: string; readonly source: ByteSource },
  options: VerifyOptions,
  context: Context,
): Promise<VerifyReport> {
  const startedAt = context.now().getTime();
  const level = options.level ?? (hasKey(options) ? "full" : "intact");
  const head = { archive, level, sizeBytes: source.sizeBytes };
  const body = await proofOrSurvey(source, { ...options, level }, context);
  return { ...head, ...body, durationMs: context.now().getTime() - startedAt };
}

type Body = Omit<VerifyReport, "archive" | "level" | "sizeBytes" | "durationMs">;

async function proofOrSurvey(
  source: ByteSource,
  options: VerifyOptions & { level: VerifyLevel },
  context: Context,
): Promise<Body> {
  try {
    const fileKey = (archive: Proof["archive"]): Promise<Uint8Array> => archive.fileKey(options.keys);
    const proof = await proveArchive(source, { level: options.level, fileKey }, context);
    return wholeReport(proof, signerOf(proof.archive, options));
  } catch (cause) {
    if (!(cause instanceof FormatError) || cause.verdict === undefined) throw cause;
    return watched(source, context, (seen) => surveyReport(seen, cause, options));
  }
}

/** The report on an archive that is whole as far as it was proved. */
function wholeReport({ archive, entries, verdict }: Proof, signer: Signer | null): Body {
  const { manifest, plain, sealed } = archive.layout;
  const proved = verdict === "full" && signer?.trusted === true ? "authentic" : verdict;
  const counted = { plain: entries?.plain.totals.entries, sealed: entries?.sealed?.totals.entries };
  const sections = [plain, sealed].map(({ name, storedBytes }): SectionReport => ({
    name,
    verdict: proved,
    presentBytes: storedBytes,
    expectedBytes: storedBytes,
    presentShare: 1,
    badRanges: [],
    entries: { ...noEntries, whole: counted[name] ?? 0 },
  }));
  const statuses =
    entries?.sealed && addStatuses(entries.plain.totals.statuses, entries.sealed.totals.statuses);
  return {
    archiveId: manifest.archiveId,
    createdAt: manifest.createdAt,
    profile: manifest.installation.profile,
    verdict: proved,
    capture: statuses === undefined ? unknownCapture : captureCounts(statuses),
    presentShare: 1,
    expectedBytes: archive.layout.end.archiveBytes,
    badRanges: [],
    copyAgain: [],
    sections,
    entries: { ...noEntries, whole: (counted.plain ?? 0) + (counted.sealed ?? 0) },
    conditions: [],
    findings: [],
    signer,
  };
}
