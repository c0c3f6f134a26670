import { type JsonValue, encodeCanonical } from "./canonical-json.ts";
import { textOf } from "./entry-path.ts";
import { type IndexLine, type InventoryLine, isStored } from "./entry.ts";
import { encodeOrdinaryInventoryLine, encodeOrdinaryLine } from "./ordinary-line.ts";

/*
 * Apart from index-line.ts, which reads the same lines: threads that only write them do without its schema, ten
 * megabytes of each thread's memory.
 */

/** One line with its line feed. */
export function encodeIndexLine(line: IndexLine): string {
  return `${encodeOrdinaryLine(line) ?? encodeAnyLine(line)}\n`;
}

/** The same by canonical JSON alone, without line feed. */
export function encodeAnyLine(line: IndexLine): string {
  const { path, ...rest } = line;
  const encoded: { [key: string]: JsonValue | undefined } = {
    ...(rest as object),
    ...encodeBytes("path", path),
  };
  if (isStored(line)) {
    encoded["mode"] = `0${line.mode.toString(8).padStart(3, "0")}`;
    encoded["uname"] = textOf(line.uname) ?? "";
    encoded["gname"] = textOf(line.gname) ?? "";
    if (line.type === "symlink")
      Object.assign(encoded, { target: undefined }, encodeBytes("target", line.target));
    if (line.type === "hardlink") Object.assign(encoded, { link: undefined }, encodeBytes("link", line.link));
  }
  return encodeCanonical(encoded);
}

/** `NAME` for bytes that are UTF-8, else `NAMEHex`: exactly one of the two. */
function encodeBytes(name: string, bytes: string): { [key: string]: string } {
  const text = textOf(bytes);
  return text === undefined
    ? { [`${name}Hex`]: Buffer.from(bytes, "latin1").toString("hex") }
    : { [name]: text };
}

export function encodeInventoryLine(line: InventoryLine): string {
  return `${encodeOrdinaryInventoryLine(line) ?? encodeAnyInventoryLine(line)}\n`;
}

/** The same by canonical JSON alone, without line feed. */
export function encodeAnyInventoryLine({ path, size, type }: InventoryLine): string {
  return encodeCanonical({ ...encodeBytes("path", path), size, type });
}
