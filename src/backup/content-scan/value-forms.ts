/** A text to search for, and what to call it in a report. */
export interface Wanted {
  readonly from: string;
  readonly value: string;
}

/** A value as it is, and in the forms in which it stands in JSON, in an address, in hexadecimal and in Base64. */
export function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((offset) => middleOfBase64(bytes, offset));
  return new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    bytes.toString("hex"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ]);
}

/** The characters that are the same whatever stands around the value, `offset` bytes behind a multiple of three. */
function middleOfBase64(value: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
}
