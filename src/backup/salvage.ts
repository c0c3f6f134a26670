import { resolve } from "node:path";
import { Pins } from "../disk/pins.ts";
import { StagingWriter } from "../disk/staging-writer.ts";
import { openExtraction } from "../disk/staging.ts";
import { FormatError } from "../format/errors.ts";
import type { EntryPath } from "../format/entry-path.ts";
import { type Survey, surveyArchive } from "../format/survey/survey.ts";
import type { Context } from "./context.ts";
import { countEntries, sumCounts } from "./entry-counts.ts";
import { linkWarnings } from "./extract.ts";
import { refuseLiveTarget } from "./live-target.ts";
import { type ReadOptions, hasKey, openSource } from "./read-options.ts";
import type { SalvageReport } from "./reports.ts";
import { SalvageWriter } from "./salvage-writer.ts";
import { conditionsOf, unopenedFinding, verdictOfBytes } from "./verify-survey.ts";
import { watched } from "./watched-source.ts";

export interface SalvageOptions extends ReadOptions {
  /** A directory that is new or empty, outside of every installation. */
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
  refuseLiveTarget(output, context);
  using pins = new Pins();
  using writer = new StagingWriter({
    place: openExtraction(output, pins),
    trees: [output],
    outsideLinks: "skip",
  });
  const sink = new SalvageWriter(writer);
  const keys = hasKey(options) ? options.keys : undefined;
  const survey = await watched(source, context, (seen) => surveyArchive(seen, keys, sink));
  if (!survey.container.recognised)
    throw new FormatError("not-an-archive", `${archive} is not an ocbak archive, nor a part of one`);
  const summary = await writer.finish(() => Promise.resolve());
  const left = [...sink.skipped, ...summary.missingLinks, ...summary.outsideLinks.map(({ path }) => path)];
  return {
    archiveId: survey.container.found.archiveId ?? null,
    verdict: verdictOfBytes(survey),
    output,
    entries: summary.entries,
    bytes: summary.bytes,
    proofs: countProofs(survey, left),
    lost: lostOf(survey),
    conditions: conditionsOf(survey),
    warnings: [
      ...sink.warnings,
      ...linkWarnings(lostLinksApart(summary, survey)),
      ...keyWarnings(survey, options),
    ],
  };
}

function lostOf({ sections }: Survey): SalvageReport["lost"] {
  const { whole: _whole, ...lost } = sumCounts(sections.map(({ entries }) => countEntries(entries)));
  return lost;
}

/** Of what was really made. Of two entries of one path it is the later one that was left out. */
function countProofs({ sections }: Survey, left: readonly EntryPath[]): SalvageReport["proofs"] {
  const proofs = { digest: 0, segment: 0, checksum: 0 };
  const rest = new Map<EntryPath, number>();
  for (const path of left) rest.set(path, (rest.get(path) ?? 0) + 1);
  for (const { entries } of sections.toReversed()) {
    for (const [path, proof] of entries?.proofs ?? []) {
      const count = rest.get(path) ?? 0;
      if (count > 0) rest.set(path, count - 1);
      else proofs[proof]++;
    }
  }
  return proofs;
}

type Links = Parameters<typeof linkWarnings>[0];

/** A further name of a file that is lost is among the lost entries: that is enough. */
function lostLinksApart(summary: Links, { sections }: Survey): Links {
  const isWhole = (path: EntryPath): boolean =>
    sections.some(({ entries }) => entries?.conditions.get(path) === "whole");
  return { ...summary, missingLinks: summary.missingLinks.filter((path) => isWhole(path)) };
}

function keyWarnings(survey: Survey, options: ReadOptions): string[] {
  if (!hasKey(options)) return ["the sealed section was not opened: no key was given"];
  return survey.unopened === undefined ? [] : [unopenedFinding(survey, survey.unopened).reason];
}
