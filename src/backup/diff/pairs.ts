import { type EntryPath, sortKey } from "../../format/entry-path.ts";
import type { ComparedEntry, Side } from "./compared-entry.ts";

/** What two sides have at one path; at least one of them has something. */
export interface Pair {
  readonly path: EntryPath;
  readonly left: ComparedEntry | undefined;
  readonly right: ComparedEntry | undefined;
}

/** Joins two ordered sides by path, holding one entry of each. */
export async function* pairsOf(left: Side["entries"], right: Side["entries"]): AsyncGenerator<Pair> {
  await using first = new Cursor(left);
  await using second = new Cursor(right);
  await first.advance();
  await second.advance();
  for (;;) {
    const [a, b] = [first.current, second.current];
    if (a === undefined && b === undefined) return;
    const takesLeft = a !== undefined && (b === undefined || a.key <= b.key);
    const takesRight = b !== undefined && (a === undefined || b.key <= a.key);
    yield {
      path: (takesLeft ? a : b!).entry.path,
      left: takesLeft ? a.entry : undefined,
      right: takesRight ? b.entry : undefined,
    };
    if (takesLeft) await first.advance();
    if (takesRight) await second.advance();
  }
}

class Cursor implements AsyncDisposable {
  current: { readonly entry: ComparedEntry; readonly key: string } | undefined;
  readonly #entries: AsyncIterator<ComparedEntry> | Iterator<ComparedEntry>;

  constructor(entries: Side["entries"]) {
    this.#entries =
      Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]();
  }

  async advance(): Promise<void> {
    const next = await this.#entries.next();
    this.current = next.done === true ? undefined : { entry: next.value, key: sortKey(next.value.path) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#entries.return?.();
  }
}
