import type { ByteSource } from "../bytes.ts";
import type { SectionName } from "../entry.ts";

/** Bytes of the file that are not what they should be; `length` undefined where it is not known how many are gone. */
export interface BadBytes {
  readonly section: SectionName | undefined;
  readonly offset: number;
  readonly length: number | undefined;
  readonly kind: "damaged" | "missing" | "zero-filled" | "trailing";
}

/** Bytes of a file or of a stream. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Long zero runs do not occur in compressed or encrypted bytes: a copy that was never filled in. */
const zeroRunBytes = 4096;
const stepBytes = 1024 * 1024;

export function spanEnd({ offset, length }: Span): number {
  return offset + length;
}

/** Collects spans that come in rising order and joins those that touch. */
export class Spans {
  readonly #spans: { offset: number; length: number }[] = [];

  add(offset: number, length: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && offset <= spanEnd(last))
      last.length = Math.max(last.length, offset + length - last.offset);
    else if (length > 0) this.#spans.push({ offset, length });
  }

  get all(): readonly Span[] {
    return this.#spans;
  }

  /** The parts of `within` that are in none of them. */
  without(within: Span): Span[] {
    const rest: Span[] = [];
    let at = within.offset;
    for (let index = this.#firstEndingAfter(at); index < this.#spans.length; index++) {
      const span = this.#spans[index]!;
      if (span.offset >= spanEnd(within)) break;
      if (span.offset > at) rest.push({ offset: at, length: span.offset - at });
      at = Math.max(at, spanEnd(span));
    }
    if (at < spanEnd(within)) rest.push({ offset: at, length: spanEnd(within) - at });
    return rest;
  }

  /** How many bytes of a span are in them. */
  overlap(within: Span): number {
    let missing = 0;
    for (const { length } of this.without(within)) missing += length;
    return within.length - missing;
  }

  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spanEnd(this.#spans[middle]!) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Spans of any order, sorted, those that touch or overlap made into one. */
export function joined(spans: readonly Span[]): Spans {
  const all = new Spans();
  for (const { offset, length } of spans.toSorted((a, b) => a.offset - b.offset)) all.add(offset, length);
  return all;
}

/** Each long run of zeros. */
export function zeroRuns(bytes: Buffer): Span[] {
  const runs: Span[] = [];
  const probe = Buffer.alloc(zeroRunBytes);
  let at = bytes.indexOf(probe);
  while (at !== -1) {
    let end = at + zeroRunBytes;
    while (end < bytes.length && bytes[end] === 0) end++;
    runs.push({ offset: at, length: end - at });
    at = bytes.indexOf(probe, end);
  }
  return runs;
}

/** What bytes are that should be others. */
export async function kindOf(
  source: ByteSource,
  span: Span,
): Promise<Extract<BadBytes["kind"], "damaged" | "zero-filled">> {
  return (await firstNonZero(source, span)) === undefined ? "zero-filled" : "damaged";
}

/** From the first byte that is not zero to the last one. */
export async function nonZero(source: ByteSource, span: Span): Promise<Span | undefined> {
  const first = await firstNonZero(source, span);
  if (first === undefined) return undefined;
  let last = first;
  for (let at = first; at < spanEnd(span); at += stepBytes) {
    const bytes = await source.read(at, Math.min(stepBytes, spanEnd(span) - at));
    const found = bytes.findLastIndex((byte) => byte !== 0);
    if (found !== -1) last = at + found;
  }
  return { offset: first, length: last + 1 - first };
}

async function firstNonZero(source: ByteSource, span: Span): Promise<number | undefined> {
  for (let at = span.offset; at < spanEnd(span); at += stepBytes) {
    const bytes = await source.read(at, Math.min(stepBytes, spanEnd(span) - at));
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found !== -1) return at + found;
  }
  return undefined;
}
