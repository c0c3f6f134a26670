export interface Ahead<In, Out> {
  /** Begins the work on one; may be done at once. */
  readonly begin: (one: In) => Promise<Out> | Out;
  /** How many may be begun and not handed out. */
  readonly most: number;
}

/** Begins work on what comes, some of it ahead, and hands out the results in order. */
export async function* inOrderAhead<In, Out>(
  source: AsyncIterable<In>,
  { begin, most }: Ahead<In, Out>,
): AsyncGenerator<Out> {
  const begun: (Promise<Out> | Out)[] = [];
  for await (const one of source) {
    const work = begin(one);
    // Told to who takes it, if that one still comes to it.
    if (work instanceof Promise) work.catch(() => {});
    begun.push(work);
    if (begun.length > most) yield await begun.shift()!;
  }
  for (const work of begun) yield await work;
}
