import { type EntryPath, comparePaths, displayPath } from "./entry-path.ts";
import { type EntryStatus, type IndexLine, type SectionName, isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { indexBatches } from "./index-reader.ts";
import { controlPath, encodeControlHeader, entryHeaderBytes, paddingAfter } from "./inner-tar.ts";
import { MergedLines, type SectionLine } from "./merged-lines.ts";
import type { SectionReader } from "./section-reader.ts";
import { TreeCheck } from "./tree-check.ts";
import { blockBytes, readOctal } from "./ustar.ts";

/** A section whose index is proved: order, tree, links and every offset hold; content was not read. */
export interface ProvedSection {
  readonly reader: SectionReader;
  readonly inventory: { readonly offset: number; readonly bytes: number };
  /** Bytes of the tar stream at which the first entry begins. */
  readonly entriesStart: number;
  readonly totals: IndexTotals;
}

export interface IndexTotals {
  entries: number;
  /** Sum of the sizes of the files stored. */
  contentBytes: number;
  /** All rules of exclusion count as `excluded:any`: an archive may name as many as it has entries. */
  readonly statuses: Map<EntryStatus, number>;
}

export interface ProofOptions {
  /** The ids that the entries of each section may belong to. */
  readonly roots: Readonly<Record<SectionName, ReadonlySet<string>>>;
  /** Told of each line, in order. All of it are claims until the proof is at its end. */
  readonly onLine?: ((line: IndexLine, section: SectionName) => void) | undefined;
}

/**
 * Reads the indexes of both sections (of the plain one alone where there is no key) side by side and proves all that
 * they claim about each other and about the tar streams, without reading content.
 */
export async function proveIndexes(
  plain: SectionReader,
  sealed: SectionReader | undefined,
  { roots, onLine }: ProofOptions,
): Promise<ProvedSection[]> {
  const tree = new TreeCheck(roots, { both: sealed !== undefined });
  const plans = await Promise.all([plain, ...(sealed ? [sealed] : [])].map((reader) => openPlan(reader)));
  const lines = new MergedLines(plans);
  for (;;) {
    if (!lines.isReady) await lines.fill();
    const next = lines.take();
    if (next === undefined) break;
    tree.accept(next.line, next.section.reader.name);
    next.section.accept(next.line);
    onLine?.(next.line, next.section.reader.name);
  }
  tree.end();
  for (const plan of plans) await plan.end();
  return plans;
}

async function openPlan(reader: SectionReader): Promise<TarPlan> {
  const offset = reader.inventoryStart;
  const start = await tarBytes(reader, offset, blockBytes);
  const bytes = readOctal(start, 124, 11) ?? -1;
  const header =
    bytes < 0 ? undefined : encodeControlHeader(controlPath(reader.name, "inventory.jsonl"), bytes);
  if (header?.equals(start) !== true)
    throw new FormatError("bad-tar", `the ${reader.name} section has no inventory`);
  return new TarPlan(reader, { offset: offset + header.length, bytes });
}

/** Decoded bytes of a section's tar stream. */
async function tarBytes(reader: SectionReader, offset: number, length: number): Promise<Buffer> {
  if (offset + length > reader.frames.contentBytes)
    throw new FormatError("bad-tar", `the ${reader.name} section ends too early`);
  const parts: Buffer[] = [];
  let at = offset;
  for (let index = reader.frames.indexAt(offset); at < offset + length; index++) {
    const frame = await reader.frame(index);
    const from = at - reader.frames.contentOffsets[index]!;
    const part = frame.subarray(from, from + offset + length - at);
    parts.push(part);
    at += part.length;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Adds up where each entry must stand: the tar stream is exactly header, content and padding of its lines. */
class TarPlan implements ProvedSection {
  readonly reader: SectionReader;
  readonly inventory: { readonly offset: number; readonly bytes: number };
  readonly entriesStart: number;
  readonly totals: IndexTotals = { entries: 0, contentBytes: 0, statuses: new Map() };
  readonly #linkTargets = new Set<string>();
  #offset: number;

  constructor(reader: SectionReader, inventory: { offset: number; bytes: number }) {
    this.reader = reader;
    this.inventory = inventory;
    this.entriesStart = inventory.offset + inventory.bytes + paddingAfter(inventory.bytes);
    this.#offset = this.entriesStart;
  }

  accept(line: IndexLine): void {
    this.totals.entries++;
    const status = countedAs(line.status);
    this.totals.statuses.set(status, (this.totals.statuses.get(status) ?? 0) + 1);
    if (!isStored(line)) return;
    this.#offset += entryHeaderBytes(line);
    if (line.type === "hardlink") this.#acceptLink(line.path, line.link);
    if (line.type !== "file") return;
    if (line.offset !== this.#offset) {
      throw new FormatError(
        "bad-index",
        `${displayPath(line.path)} is not at the offset its index line says`,
      );
    }
    this.#offset += line.size + paddingAfter(line.size);
    this.totals.contentBytes += line.size;
    if (!Number.isSafeInteger(this.#offset))
      throw new FormatError("limit-exceeded", "the section is larger than can be counted");
  }

  #acceptLink(path: EntryPath, link: EntryPath): void {
    if (comparePaths(link, path) >= 0) {
      throw new FormatError(
        "unsafe-link",
        `${displayPath(path)} is a hard link to something that does not come before it`,
      );
    }
    this.#linkTargets.add(link);
  }

  async end(): Promise<void> {
    if (this.#offset !== this.reader.indexStart) {
      throw new FormatError("bad-index", `the entries of the ${this.reader.name} section do not fill it`);
    }
    if (this.#linkTargets.size > 0) await this.#checkLinks();
  }

  /** Only where there are hard links: each must refer to a stored file of the same section. */
  async #checkLinks(): Promise<void> {
    for await (const batch of indexBatches(this.reader)) {
      for (const line of batch)
        if (isStored(line) && line.type === "file") this.#linkTargets.delete(line.path);
    }
    const [lost] = this.#linkTargets;
    if (lost === undefined) return;
    throw new FormatError(
      "unsafe-link",
      `a hard link of the ${this.reader.name} section refers to something that is no file of it`,
    );
  }
}

function countedAs(status: EntryStatus): EntryStatus {
  return status.startsWith("excluded:") ? "excluded:any" : status;
}

/** The lines of sections as one list by rising path; of equal ones the plain section's first. */
export async function* mergedLines<T extends Pick<ProvedSection, "reader">>(
  sections: readonly T[],
): AsyncGenerator<SectionLine<T>> {
  const lines = new MergedLines(sections);
  for (;;) {
    if (!lines.isReady) await lines.fill();
    const next = lines.take();
    if (next === undefined) return;
    yield next;
  }
}
