import { Archive } from "../format/archive.ts";
import type { ByteSource } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import { surveyContainer } from "../format/survey/container.ts";
import { outerFaults } from "../format/survey/outer-faults.ts";
import { trailingData } from "../format/tail.ts";

/** Opens an archive. A file without the end of one is named for what it is, as `verify` would name it. */
export async function openArchive(source: ByteSource): Promise<Archive> {
  try {
    return await Archive.open(source);
  } catch (cause) {
    const isEndMissing = cause instanceof FormatError && cause.code === "truncated";
    throw isEndMissing ? await sharper(source, cause) : cause;
  }
}

/** No archive at all, one with something behind it, or really one that is cut short. */
async function sharper(source: ByteSource, refusal: FormatError): Promise<FormatError> {
  const container = await surveyContainer(source);
  if (!container.recognised)
    return new FormatError("not-an-archive", "this is not an ocbak archive, nor a part of one");
  const bad = await outerFaults(source, container);
  const trailing = bad.find(({ kind }) => kind === "trailing");
  if (trailing === undefined) return refusal;
  const { offset, length = source.sizeBytes - offset } = trailing;
  return trailingData({ offset, length });
}
