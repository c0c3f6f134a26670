import { type BadBytes, type Span, joined, spanEnd } from "./bad-bytes.ts";
import type { Container } from "./container.ts";

/** Bytes of a whole copy; `length` undefined: to its end. */
export interface CopyRange {
  readonly offset: number;
  readonly length: number | undefined;
}

export interface Faults {
  readonly bad: readonly BadBytes[];
  /** Bytes not proved to be right, the bad ones among them or not. */
  readonly doubtful: readonly Span[];
  readonly fileBytes: number;
}

/**
 * What to copy again: the bytes of a whole copy that, put over those at the same offsets here, make this copy whole. No
 * byte outside of them is wrong, as far as that can be proved.
 */
export function copyAgain(container: Container, { bad, doubtful, fileBytes }: Faults): CopyRange[] {
  const wrong = bad.filter(({ kind }) => kind !== "trailing");
  const closed = wrong.flatMap(({ offset, length }) => (length === undefined ? [] : [{ offset, length }]));
  const spans = joined([...closed, ...doubtful]).all;
  const first = spans[0];
  if (first !== undefined && isShifted(container, bad, fileBytes))
    return [{ offset: first.offset, length: undefined }];
  if (container.end !== undefined) return [...spans];
  // Nothing tells where the file should end: the last of them goes on to the end. So does the first one behind the last
  // member that is known to be in its place: what follows it need not be.
  const placed = container.found.members.findLast((member) => container.layout.isInPlace(member));
  const last = spans.at(-1);
  const unplaced = spans.find((span) => spanEnd(span) > (placed?.offset ?? -1));
  const isOpen = last !== undefined && spanEnd(last) >= fileBytes;
  const open = wrong.find(({ length }) => length === undefined);
  const tail = unplaced?.offset ?? (isOpen ? last.offset : (open?.offset ?? last?.offset));
  if (tail === undefined) return [];
  return [...spans.filter(({ offset }) => offset < tail), { offset: tail, length: undefined }];
}

/** Whether bytes are missing or too many before the end of what is here, so that what follows is not in its place. */
function isShifted(
  { found, layout, strays }: Container,
  bad: readonly BadBytes[],
  fileBytes: number,
): boolean {
  return (
    strays.length > 0 ||
    bad.some(
      ({ kind, length, offset }) => kind === "missing" && length !== undefined && offset < fileBytes,
    ) ||
    found.members.some((member) => (layout.shiftOf(member) ?? 0) !== 0)
  );
}
