import { type EntryPath, displayPath, pathBytes, textOf } from "../format/entry-path.ts";

/** A path as reports give it: text; for bytes that are no UTF-8 an escaped form, and the bytes as hex. */
export interface PathText {
  readonly path: string;
  readonly pathHex?: string;
}

export function pathText(path: EntryPath): PathText {
  const text = textOf(path);
  return text === undefined
    ? { path: displayPath(path), pathHex: pathBytes(path).toString("hex") }
    : { path: text };
}
