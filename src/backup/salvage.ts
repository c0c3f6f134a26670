import { resolve } from "node:path";
import { Pins } from "../disk/pins.ts";
import { StagingWriter } from "../disk/staging-writer.ts";
import { openExtraction } from "../disk/staging.ts";
import { FormatError } from "../format/errors.ts";
import { type SalvageSink } from "../format/survey/section-survey.ts";
import { type Survey, surveyArchive } from "../format/survey/survey.ts";
import type { Context } from "./context.ts";
import { linkWarnings } from "./extract.ts";
import { type ReadOptions, hasKey, openSource } from "./read-options.ts";
import type { SalvageReport } from "./reports.ts";
import { conditionsOf, countConditions, verdictOfBytes } from "./verify-survey.ts";

export interface SalvageOptions extends ReadOptions {
  /** A directory that is new or empty. A live installation is never touched. */
  readonly output: string;
}

/** Brings back what is provably whole of a cut or damaged copy, and says by which proof. */
export async function salvageArchive(
  archive: string,
  options: SalvageOptions,
  context: Context,
): Promise<SalvageReport> {
  await using source = await openSource(archive, options, context);
  const output = resolve(context.cwd, options.output);
  using pins = new Pins();
  using writer = new StagingWriter({
    place: openExtraction(output, pins),
    trees: [output],
    outsideLinks: "skip",
  });
  const survey = await surveyArchive(source, hasKey(options) ? options.keys : undefined, sinkInto(writer));
  if (!survey.container.recognised)
    throw new FormatError("not-an-archive", `${archive} is not an ocbak archive, nor a part of one`);
  const summary = await writer.finish(() => Promise.resolve());
  const { whole: _whole, ...lost } = countConditions(
    survey.sections.flatMap(({ entries }) => [...(entries?.conditions.values() ?? [])]),
  );
  return {
    archiveId: survey.container.found.archiveId ?? null,
    verdict: verdictOfBytes(survey),
    output,
    entries: summary.entries,
    bytes: summary.bytes,
    proofs: countProofs(survey),
    lost,
    conditions: conditionsOf(survey),
    warnings: [...linkWarnings(summary), ...keyWarnings(survey, options)],
  };
}

/** What turns out to be worthless when its end is reached is taken away again. */
function sinkInto(writer: StagingWriter): SalvageSink {
  return {
    begin: (line) => writer.begin(line),
    content: (bytes) => writer.content(bytes),
    end: (line, verdict) => (verdict === "whole" ? writer.end(line) : writer.discard()),
  };
}

function countProofs({ sections }: Survey): SalvageReport["proofs"] {
  const proofs = { digest: 0, segment: 0, checksum: 0 };
  for (const { entries } of sections) for (const proof of entries?.proofs.values() ?? []) proofs[proof]++;
  return proofs;
}

function keyWarnings({ sections, keyRefusal, container }: Survey, options: ReadOptions): string[] {
  const isOpen = sections.some(({ name, entries }) => name === "sealed" && entries !== undefined);
  if (isOpen) return [];
  if (keyRefusal !== undefined) return [`the sealed section was not opened: ${keyRefusal.message}`];
  if (!hasKey(options)) return ["the sealed section was not opened: no key was given"];
  return container.ageHeader === undefined
    ? ["the sealed section cannot be opened: its age header is lost"]
    : ["nothing of the sealed section can be decrypted"];
}
