import type { EntryPath } from "../entry-path.ts";
import type { EntryStatus, SectionName, StoredLine } from "../entry.ts";
import type { SectionTies } from "../section-reader.ts";
import { Spans } from "./bad-bytes.ts";
import { Collector } from "./collector.ts";
import { type FrameSearch, findFrames } from "./frames.ts";
import type { HoleyStream } from "./holey-stream.ts";
import { readKnownIndex } from "./known-index.ts";
import { RecordScanner } from "./records.ts";

export type Condition = "whole" | "cut" | "missing" | "damaged";
/** By what a whole entry is known to be whole: its digest in the index, the digests of its segments or the seal's tags, or only its frames' checksums. */
export type Proof = "digest" | "segment" | "checksum";

/** What is left of one section's entries. */
export interface EntrySurvey {
  /** Where neither index nor inventory is readable, what is missing cannot be told. */
  readonly listed: "index" | "inventory" | "nothing";
  readonly conditions: ReadonlyMap<EntryPath, Condition>;
  readonly proofs: ReadonlyMap<EntryPath, Proof>;
  /** Planned entries of which neither name nor condition can be told. */
  readonly unknownEntries: number;
  readonly contentBytesHere: number;
  /** Undefined where nothing that is readable tells it. */
  readonly contentBytesPlanned: number | undefined;
  /** How often each status stands in the index; undefined without one. */
  readonly statuses: ReadonlyMap<EntryStatus, number> | undefined;
}

/** What the manifest says was planned. */
export interface Planned {
  readonly entries: number;
  readonly contentBytes: number;
}

/** Told of the entries as they are read; only those that end as `whole` are worth anything. */
export interface SalvageSink {
  begin(line: StoredLine): void;
  content(bytes: Uint8Array): void;
  end(line: StoredLine, verdict: "whole" | "worthless"): void;
}

export interface SectionJob {
  readonly name: SectionName;
  readonly ties: SectionTies;
  /** Known of the plain section only. */
  readonly planned: Planned | undefined;
  readonly salvage: SalvageSink | undefined;
}

export interface SectionFound {
  readonly entries: EntrySurvey;
  /** The parts of the section's zstd stream that frames with their checksums, and the seek table, are. */
  readonly whole: Spans;
  readonly search: FrameSearch;
}

/** Reads all of a section that can be read, and says what became of each of its entries. */
export async function surveySection(stream: HoleyStream, job: SectionJob): Promise<SectionFound> {
  const index = await readKnownIndex(job.name, stream, job.ties);
  const collector = new Collector({ ...job, index, stream });
  const scanner = new RecordScanner(collector);
  const search: FrameSearch = {};
  const whole = new Spans();
  for await (const frame of findFrames(stream, search)) {
    whole.add(frame.storedOffset, frame.storedBytes);
    collector.frame(frame);
    scanner.push(frame);
  }
  scanner.end();
  const { tableOffset } = search;
  if (tableOffset !== undefined) whole.add(tableOffset, stream.sizeBytes! - tableOffset);
  return { entries: collector.result(), whole, search };
}
