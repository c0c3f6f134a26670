/** What keys and tokens consist of: letters, digits, `_`, `-` and `.`. */
export const wordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

const isOfWord = new Uint8Array(256);
for (const byte of Buffer.from(wordCharacters)) isOfWord[byte] = 1;

/**
 * Where the next unbroken run of at least `lengthMin` word characters begins, -1 where there is none; one that has
 * begun before `from` counts from there. Looks from the far end of where a run could be, so that it sees few bytes of
 * ordinary text.
 */
export function nextWordRun(content: Buffer, from: number, lengthMin: number): number {
  let start = from;
  for (;;) {
    let at = start + lengthMin - 1;
    if (at >= content.length) return -1;
    while (at >= start && isOfWord[content[at]!] === 1) at -= 1;
    if (at < start) return start;
    start = at + 1;
  }
}

/** Where the run that begins at `start` ends. */
export function endOfRun(content: Buffer, start: number): number {
  let end = start;
  while (end < content.length && isOfWord[content[end]!] === 1) end += 1;
  return end;
}
