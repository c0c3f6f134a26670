import type { EntryPath } from "../entry-path.ts";
import { type EntryStatus, type IndexLine, type StoredLine, isStored } from "../entry.ts";
import { controlPath, encodeEntryHeader, paddingAfter } from "../inner-tar.ts";
import { Spans } from "./bad-bytes.ts";
import type { FoundFrame } from "./frames.ts";
import type { HoleyStream } from "./holey-stream.ts";
import { InventoryReader, type KnownIndex } from "./known-index.ts";
import type { RecordSink } from "./records.ts";
import type { Condition, EntrySurvey, Proof, SectionJob } from "./section-survey.ts";

interface CollectorJob extends Omit<SectionJob, "ties"> {
  readonly index: KnownIndex | undefined;
  readonly stream: HoleyStream;
}

/** Decides what is believed of what a section's frames hold, and what became of each entry that should be there. */
export class Collector implements RecordSink {
  readonly #job: CollectorJob;
  readonly #conditions = new Map<EntryPath, Condition>();
  readonly #proofs = new Map<EntryPath, Proof>();
  /** Of hard links: the file each is a further name of. */
  readonly #links = new Map<EntryPath, EntryPath>();
  /** Where in the tar stream there are frames that decode. */
  readonly #decoded = new Spans();
  #inventory: Map<EntryPath, number> | undefined;
  #inventoryRest = 0;
  #contentBytesHere = 0;

  constructor(job: CollectorJob) {
    this.#job = job;
  }

  frame({ contentOffset, content }: FoundFrame): void {
    if (contentOffset !== undefined) this.#decoded.add(contentOffset, content.length);
  }

  begin(line: StoredLine, place: { contentOffset: number | undefined }): boolean {
    if (!this.#isBelieved(line, place.contentOffset)) return false;
    this.#job.salvage?.begin(this.#known(line));
    return true;
  }

  content(bytes: Uint8Array): void {
    this.#job.salvage?.content(bytes);
  }

  end(line: StoredLine, { sha256, proved }: { sha256: string; proved: boolean }): void {
    const known = this.#job.index?.lines.get(line.path);
    const isFile = line.type === "file";
    const agrees = known === undefined || !isFile || isFileOf(known, line.size, sha256);
    this.#conditions.set(line.path, agrees ? "whole" : "damaged");
    if (agrees) {
      this.#proofs.set(line.path, known === undefined ? (proved ? "segment" : "checksum") : "digest");
      if (isFile) this.#contentBytesHere += line.size;
    }
    const written = this.#known({ ...line, ...(isFile && { sha256 }) });
    if (written.type === "hardlink") this.#links.set(written.path, written.link);
    this.#job.salvage?.end(written, agrees ? "whole" : "worthless");
  }

  cut(line: StoredLine, presentBytes: number, isMissing: boolean): void {
    this.#conditions.set(line.path, isMissing ? "cut" : "damaged");
    this.#contentBytesHere += presentBytes;
    this.#job.salvage?.end(this.#known(line), "worthless");
  }

  /** Whether all the stored bytes of a range are here, whatever they are worth. */
  isHere(from: number, to: number | undefined): boolean {
    const { stream } = this.#job;
    const end = to ?? stream.sizeBytes;
    return end !== undefined && stream.isPresent(from, end - from);
  }

  control(path: string, size: number): ((part: Buffer) => void) | undefined {
    if (path !== controlPath(this.#job.name, "inventory.jsonl")) return undefined;
    const planned = new Map<EntryPath, number>();
    this.#inventory = planned;
    this.#inventoryRest = size;
    const reader = new InventoryReader((line) => planned.set(line.path, line.size));
    return (part) => {
      this.#inventoryRest -= part.length;
      reader.push(part);
    };
  }

  /** A tar inside a lost file's content must not be taken for entries: the lists decide what may stand here, and where. */
  #isBelieved(line: StoredLine, contentOffset: number | undefined): boolean {
    const { index } = this.#job;
    if (this.#conditions.get(line.path) === "whole") return false;
    const known = index?.lines.get(line.path);
    if (index === undefined) return this.#inventory?.has(line.path) ?? false;
    if (known === undefined || !isStored(known) || known.type !== line.type) return false;
    return known.type !== "file" || contentOffset === undefined || known.offset === contentOffset;
  }

  /** What the index says of it, where there is one: status and owner names stand only there in full. */
  #known(line: StoredLine): StoredLine {
    const known = this.#job.index?.lines.get(line.path);
    return known !== undefined && isStored(known) ? known : line;
  }

  result(): EntrySurvey {
    const { index } = this.#job;
    const counts = index === undefined ? this.#byInventory() : this.#byIndex(index);
    this.#followLinks();
    return {
      listed: index ? "index" : this.#inventory ? "inventory" : "nothing",
      conditions: this.#conditions,
      proofs: this.#proofs,
      ...counts,
    };
  }

  #byInventory(): Omit<EntrySurvey, "listed" | "conditions" | "proofs"> {
    const { planned } = this.#job;
    const inventory = this.#inventory ?? new Map<EntryPath, number>();
    for (const path of inventory.keys())
      if (!this.#conditions.has(path)) this.#conditions.set(path, "missing");
    const isWhole = this.#inventory !== undefined && this.#inventoryRest === 0;
    return {
      unknownEntries: isWhole ? 0 : Math.max(0, (planned?.entries ?? 0) - inventory.size),
      contentBytesHere: this.#contentBytesHere,
      contentBytesPlanned: isWhole ? sum(inventory.values()) : planned?.contentBytes,
      statuses: undefined,
    };
  }

  #byIndex(index: KnownIndex): Omit<EntrySurvey, "listed" | "conditions" | "proofs"> {
    const statuses = new Map<EntryStatus, number>();
    let [here, planned] = [0, 0];
    for (const { line, from, to } of placesOf(index)) {
      statuses.set(line.status, (statuses.get(line.status) ?? 0) + 1);
      if (!isStored(line)) continue;
      if (line.type === "hardlink") this.#links.set(line.path, line.link);
      if (line.type === "file") {
        planned += line.size;
        here += this.#decoded.overlap({ offset: line.offset, length: line.size });
      }
      if (this.#conditions.get(line.path) !== "whole")
        this.#conditions.set(line.path, this.#lost(index, line, { from, to }));
    }
    return { unknownEntries: 0, contentBytesHere: here, contentBytesPlanned: planned, statuses };
  }

  #lost({ reader }: KnownIndex, { path }: IndexLine, { from, to }: { from: number; to: number }): Condition {
    const first = reader.frames.place(reader.frames.indexAt(from));
    const last = reader.frames.place(reader.frames.indexAt(to - 1));
    if (this.isHere(first.storedOffset, last.storedOffset + last.storedBytes)) return "damaged";
    return this.#conditions.has(path) ? "cut" : "missing";
  }

  /** A further name of a file that is lost is lost with it. */
  #followLinks(): void {
    for (const [path, link] of this.#links) {
      const condition = this.#conditions.get(link);
      if (this.#conditions.get(path) !== "whole" || condition === "whole") continue;
      this.#conditions.set(path, condition ?? "missing");
      this.#proofs.delete(path);
    }
  }
}

/** Each line with the place of its record, header and content, in the tar stream. The records end where the index begins. */
function* placesOf({ reader, lines }: KnownIndex): Generator<{ line: IndexLine; from: number; to: number }> {
  let at = reader.indexStart;
  for (const line of lines.values()) at -= recordBytes(line).padded;
  for (const line of lines.values()) {
    const { bytes, padded } = recordBytes(line);
    yield { line, from: at, to: at + bytes };
    at += padded;
  }
}

function recordBytes(line: IndexLine): { bytes: number; padded: number } {
  if (!isStored(line)) return { bytes: 0, padded: 0 };
  const size = line.type === "file" ? line.size : 0;
  const bytes = encodeEntryHeader(line).length + size;
  return { bytes, padded: bytes + paddingAfter(size) };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function isFileOf(known: IndexLine, size: number, sha256: string): boolean {
  return isStored(known) && known.type === "file" && known.size === size && known.sha256 === sha256;
}
