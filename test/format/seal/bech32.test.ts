import { describe, expect, it } from "vitest";
import { decodeBech32, encodeBech32 } from "../../../src/format/seal/bech32.ts";

describe("a Bech32 text", () => {
  it.each([
    ["no byte", "key1t8fned", 0],
    ["one byte", "key1qq66u5kh", 1],
    ["one byte of ones", "key1lul0nr5n", 1],
    ["padding that is not zero", "key1qp8vgpt9", undefined],
    ["a whole word of padding", "key1qqqzvepwz", undefined],
    ["less than a byte", "key1qhwzrur", undefined],
    ["another prefix", "kez1qq66u5kh", undefined],
    ["a longer prefix", "key11qq66u5kh", undefined],
    ["a changed checksum", "key1qq66u5kq", undefined],
    ["no checksum", "key1qq", undefined],
    ["a character outside the alphabet", "key1qb66u5kh", undefined],
    ["upper case", "KEY1QQ66U5KH", undefined],
    ["mixed case", "key1qq66U5kh", undefined],
  ])("of %s", (_, text, bytes) => {
    expect(decodeBech32(text, "key")?.length).toBe(bytes);
  });

  it("decodes to what was encoded, however long it is", () => {
    const bytes = Uint8Array.from({ length: 1216 }, (_, at) => at % 251);
    expect(decodeBech32(encodeBech32("key", bytes), "key")).toEqual(bytes);
  });
});
