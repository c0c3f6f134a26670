import { encodeCanonical } from "./canonical-json.ts";
import { type EntryPath, textOf } from "./entry-path.ts";
import type { IndexLine } from "./entry.ts";
import { parseIndexLine } from "./index-line.ts";
import { provedTexts, splitLines } from "./index-reader.ts";
import type { SectionTail } from "./section-reader.ts";

/**
 * The line of a path, for whom all other lines do not matter: the index is the one that close.json names, but is looked
 * through as bytes. Undefined where the path does not stand there exactly once.
 */
export async function findLine(section: SectionTail, path: EntryPath): Promise<IndexLine | undefined> {
  const what = `the index of the ${section.name} section`;
  const wanted = keyOf(path);
  const found: IndexLine[] = [];
  for await (const text of provedTexts(section)) {
    for (let hit = text.indexOf(wanted); hit !== -1; hit = text.indexOf(wanted, hit + 1))
      found.push(...splitLines(lineAround(text, hit), what).map((line) => parseIndexLine(line)));
  }
  return found.length === 1 && found[0]!.path === path ? found[0] : undefined;
}

/** How a line has the path: of one value there is one encoding, and a quote inside of a string is escaped. */
function keyOf(path: EntryPath): Buffer {
  const text = textOf(path);
  if (text !== undefined) return Buffer.from(`"path":${encodeCanonical(text)}`);
  return Buffer.from(`"pathHex":"${Buffer.from(path, "latin1").toString("hex")}"`);
}

function lineAround(text: Buffer, at: number): Buffer {
  const end = text.indexOf(0x0a, at);
  return text.subarray(text.lastIndexOf(0x0a, at) + 1, end === -1 ? text.length : end + 1);
}
