/**
 * All whole numbers from 0 to `count` - 1, in an order in which those taken first lie evenly spread; as many of them
 * as the time allows. Says at the end how many these were.
 */
export function* asManyAsTimeAllows(count: number, budgetMs: number, what: string): Generator<number> {
  const until = performance.now() + budgetMs;
  const stride = strideOf(count);
  let tried = 0;
  for (let at = Math.floor(Math.random() * count); tried < count; at = (at + stride) % count) {
    if (performance.now() > until) break;
    tried += 1;
    yield at;
  }
  console.log(`${what}: ${tried} of ${count}`);
}

/** Near the golden section, and without a common divisor: every number comes once. */
function strideOf(count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618_033_988_75));
  while (divisor(stride, count) !== 1) stride += 1;
  return stride;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
