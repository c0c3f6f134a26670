import { type Bends, type DraftEntry, type SectionDraft, testKey } from "./hostile.ts";

export type Bend = (draft: SectionDraft) => void;

let key: ReturnType<typeof testKey> | undefined;

/** The same key for all archives of a test file. */
export function sharedKey(): ReturnType<typeof testKey> {
  key ??= testKey();
  return key;
}

export function entryAt(draft: SectionDraft, path: string): DraftEntry {
  return draft.entries.find(({ line }) => line.path === path)!;
}

/** Bends one entry of the sealed section. */
export function entryBent(path: string, bend: (entry: DraftEntry) => void): Bends {
  return { sealed: (draft) => bend(entryAt(draft, path)) };
}

/** Adds entries to the sealed section, in their places. */
export function added(...entries: readonly DraftEntry[]): Bends {
  return {
    sealed: (draft) => {
      draft.entries.push(...entries);
      draft.entries.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    },
  };
}

function orderOf({ line }: DraftEntry): string {
  return line.path.replaceAll("/", "\0");
}

/** Zeros, and a one at the end. */
export function dirty(length: number): Buffer {
  return Buffer.alloc(length).fill(1, length - 1);
}

export function dirtyAt(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  copy[at < 0 ? content.length + at : at]! ^= 1;
  return copy;
}

export function withItem<T>(all: readonly T[], at: number, bend: (item: T) => T): T[] {
  return all.map((item, index) => (index === at ? bend(item) : item));
}
