import type { Context } from "../../src/backup/context.ts";
import { silentProgress } from "../../src/backup/progress.ts";
import { type Proof, proveArchive } from "../../src/backup/prove.ts";
import type { Verdict, VerifyLevel, VerifyReport } from "../../src/backup/reports.ts";
import { surveyReport } from "../../src/backup/verify-survey.ts";
import { FormatError, type FormatErrorCode } from "../../src/format/errors.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { memorySource } from "./archives.ts";
import type { TestKey } from "./hostile.ts";

export const quietContext = {
  progress: silentProgress,
  signal: new AbortController().signal,
} as unknown as Context;

type ReadKey = Pick<TestKey, "fileKey" | "identity">;

export function prove(
  bytes: Buffer,
  key: Pick<ReadKey, "fileKey">,
  level: VerifyLevel = "full",
  visitor?: EntryVisitor,
): Promise<Proof> {
  const options = { level, fileKey: async () => key.fileKey, ...(visitor && { visitor }) };
  return proveArchive(memorySource(bytes), options, quietContext);
}

/** The code a reader refuses with, or the verdict of what it takes. */
export async function outcome(
  bytes: Buffer,
  key: Pick<ReadKey, "fileKey">,
  level: VerifyLevel = "full",
): Promise<FormatErrorCode | Verdict> {
  try {
    return (await prove(bytes, key, level)).verdict;
  } catch (cause) {
    if (cause instanceof FormatError) return cause.code;
    throw cause;
  }
}

export type Report = Pick<VerifyReport, "verdict"> & Partial<Awaited<ReturnType<typeof surveyReport>>>;

/** What verify reports, without the command line, the disk and the unwrapping of keys. */
export async function report(bytes: Buffer, key: ReadKey, level: VerifyLevel = "full"): Promise<Report> {
  try {
    return { verdict: (await prove(bytes, key, level)).verdict };
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    return surveyReport(memorySource(bytes), cause, { keys: { identities: [key.identity] }, level });
  }
}
