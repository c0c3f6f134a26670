/** What comes of a source, of which the first is asked for at once. A failure is told to who asks for it here. */
export function begun<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const first = (async () => iterator.next())();
  first.catch(() => {});
  return rest(first, iterator);
}

async function* rest<T>(
  first: Promise<IteratorResult<T>>,
  iterator: AsyncIterator<T> | Iterator<T>,
): AsyncGenerator<T> {
  try {
    for (let next = await first; next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
