import { type EntryPath } from "../entry-path.ts";
import { type EntryStatus, type IndexLine, type SectionName, type StoredLine, isStored } from "../entry.ts";
import { controlPath, encodeEntryHeader } from "../inner-tar.ts";
import type { SectionTies } from "../section-reader.ts";
import { findFrames } from "./frames.ts";
import type { HoleyStream } from "./holey-stream.ts";
import { InventoryReader, type KnownIndex, readKnownIndex } from "./known-index.ts";
import { type RecordSink, RecordScanner } from "./records.ts";

export type Condition = "whole" | "cut" | "missing" | "damaged";
/** By what a whole entry is known to be whole: its digest in the index, the digests of its segments or the seal's tags, or only its frames' checksums. */
export type Proof = "digest" | "segment" | "checksum";

/** What is left of one section's entries. */
export interface EntrySurvey {
  /** Where neither index nor inventory is readable, what is missing cannot be told. */
  readonly listed: "index" | "inventory" | "nothing";
  readonly conditions: ReadonlyMap<EntryPath, Condition>;
  readonly proofs: ReadonlyMap<EntryPath, Proof>;
  readonly contentBytesHere: number;
  /** Undefined where neither index nor inventory is readable. */
  readonly contentBytesPlanned: number | undefined;
  /** How often each status stands in the index; undefined without one. */
  readonly statuses: ReadonlyMap<EntryStatus, number> | undefined;
}

/** Told of the entries as they are read; only those that end as `whole` are worth anything. */
export interface SalvageSink {
  begin(line: StoredLine): void;
  content(bytes: Uint8Array): void;
  end(line: StoredLine, verdict: "whole" | "worthless"): void;
}

/** Reads all of a section that can be read, and says what became of each of its entries. */
export async function surveySection(
  name: SectionName,
  stream: HoleyStream,
  ties: SectionTies,
  salvage?: SalvageSink,
): Promise<EntrySurvey> {
  const index = await readKnownIndex(name, stream, ties);
  const collector = new Collector(name, index, salvage);
  const scanner = new RecordScanner(collector);
  for await (const frame of findFrames(stream)) scanner.push(frame);
  scanner.end();
  return collector.result((line) => isHere(stream, index!, line));
}

/** True where the bytes of an entry are in the file, though they do not decode to it. */
function isHere(stream: HoleyStream, { reader }: KnownIndex, line: IndexLine): boolean {
  if (!isStored(line) || line.type !== "file") return stream.isPresent(0, stream.sizeBytes ?? 1);
  const start = line.offset - encodeEntryHeader(line).length;
  const first = reader.frames.place(reader.frames.indexAt(start));
  const last = reader.frames.place(reader.frames.indexAt(line.offset + Math.max(0, line.size - 1)));
  return stream.isPresent(first.storedOffset, last.storedOffset + last.storedBytes - first.storedOffset);
}

class Collector implements RecordSink {
  readonly #name: SectionName;
  readonly #index: KnownIndex | undefined;
  readonly #salvage: SalvageSink | undefined;
  readonly #conditions = new Map<EntryPath, Condition>();
  readonly #proofs = new Map<EntryPath, Proof>();
  #inventory: Map<EntryPath, number> | undefined;
  #contentBytesHere = 0;

  constructor(name: SectionName, index: KnownIndex | undefined, salvage: SalvageSink | undefined) {
    this.#name = name;
    this.#index = index;
    this.#salvage = salvage;
  }

  begin(line: StoredLine, place: { contentOffset: number | undefined }): boolean {
    if (!this.#isBelieved(line, place.contentOffset)) return false;
    this.#salvage?.begin(this.#known(line));
    return true;
  }

  content(bytes: Uint8Array): void {
    this.#salvage?.content(bytes);
  }

  end(line: StoredLine, { sha256, proved }: { sha256: string; proved: boolean }): void {
    const known = this.#index?.lines.get(line.path);
    const isFile = line.type === "file";
    const agrees =
      known === undefined || !isFile || (isStored(known) && known.type === "file" && known.sha256 === sha256);
    this.#conditions.set(line.path, agrees ? "whole" : "damaged");
    if (agrees) {
      this.#proofs.set(line.path, known === undefined ? (proved ? "segment" : "checksum") : "digest");
      if (isFile) this.#contentBytesHere += line.size;
    }
    this.#salvage?.end(this.#known({ ...line, ...(isFile && { sha256 }) }), agrees ? "whole" : "worthless");
  }

  cut(line: StoredLine, presentBytes: number): void {
    this.#conditions.set(line.path, "cut");
    this.#contentBytesHere += presentBytes;
    this.#salvage?.end(this.#known(line), "worthless");
  }

  control(path: string): ((part: Buffer) => void) | undefined {
    if (path !== controlPath(this.#name, "inventory.jsonl")) return undefined;
    const planned = new Map<EntryPath, number>();
    this.#inventory = planned;
    const reader = new InventoryReader((line) => planned.set(line.path, line.size));
    return (part) => reader.push(part);
  }

  /** A tar inside a lost file's content must not be taken for entries: the lists decide what may stand here, and where. */
  #isBelieved(line: StoredLine, contentOffset: number | undefined): boolean {
    if (this.#conditions.get(line.path) === "whole") return false;
    const known = this.#index?.lines.get(line.path);
    if (this.#index === undefined) return this.#inventory?.has(line.path) ?? false;
    if (known === undefined || !isStored(known) || known.type !== line.type) return false;
    return known.type !== "file" || contentOffset === undefined || known.offset === contentOffset;
  }

  /** What the index says of it, where there is one: status and owner names stand only there in full. */
  #known(line: StoredLine): StoredLine {
    const known = this.#index?.lines.get(line.path);
    return known !== undefined && isStored(known) ? known : line;
  }

  result(isHere: (line: IndexLine) => boolean): EntrySurvey {
    const lost = this.#index === undefined ? this.#lostOfInventory() : this.#lostOfIndex(isHere);
    for (const [path, condition] of lost) this.#conditions.set(path, condition);
    return {
      listed: this.#index ? "index" : this.#inventory ? "inventory" : "nothing",
      conditions: this.#conditions,
      proofs: this.#proofs,
      contentBytesHere: this.#contentBytesHere,
      contentBytesPlanned: this.#planned(),
      statuses: this.#statuses(),
    };
  }

  *#lostOfInventory(): Generator<[EntryPath, Condition]> {
    for (const path of this.#inventory?.keys() ?? [])
      if (!this.#conditions.has(path)) yield [path, "missing"];
  }

  *#lostOfIndex(isHere: (line: IndexLine) => boolean): Generator<[EntryPath, Condition]> {
    for (const line of this.#index!.lines.values()) {
      if (isStored(line) && !this.#conditions.has(line.path))
        yield [line.path, isHere(line) ? "damaged" : "missing"];
    }
  }

  #planned(): number | undefined {
    if (this.#index === undefined) return this.#inventory && sum(this.#inventory.values());
    return sum(
      [...this.#index.lines.values()].map((line) => (isStored(line) && line.type === "file" ? line.size : 0)),
    );
  }

  #statuses(): Map<EntryStatus, number> | undefined {
    if (this.#index === undefined) return undefined;
    const statuses = new Map<EntryStatus, number>();
    for (const { status } of this.#index.lines.values())
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return statuses;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
