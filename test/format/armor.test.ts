import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ageArmor,
  decodeArmor,
  decodeArmorLoosely,
  encodeArmor,
  sshSignatureArmor,
} from "../../src/format/armor.ts";
import { vectors } from "./seal/vectors.ts";

const armored = vectors.filter((vector) => vector.armored);

describe("the armour", () => {
  it.each([ageArmor, sshSignatureArmor])("of $label decodes to what was encoded", (armor) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        expect(decodeArmor(armor, encodeArmor(armor, bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("has one encoding: any changed character is refused or changes the bytes", () => {
    const bytes = Buffer.from("a message of some length that needs more than one line of armour to stand in");
    const text = encodeArmor(sshSignatureArmor, bytes);
    for (let at = 0; at < text.length; at += 1) {
      for (const char of ["\n", " ", "=", "A", "B", "-"]) {
        if (text[at] === char) continue;
        const decoded = decodeArmor(sshSignatureArmor, text.slice(0, at) + char + text.slice(at + 1));
        expect(decoded === undefined || !decoded.equals(bytes)).toBe(true);
      }
    }
  });

  it.each([
    ["CRLF", (text: string) => text.replaceAll("\n", "\r\n")],
    ["a space before", (text: string) => ` ${text}`],
    ["a line after", (text: string) => `${text}\n`],
    ["no last line feed", (text: string) => text.trimEnd()],
  ])("with %s is refused, but taken from a file that people keep", (_, change) => {
    const text = change(encodeArmor(ageArmor, Buffer.from("key")));
    expect(decodeArmor(ageArmor, text)).toBeUndefined();
    expect(decodeArmorLoosely(ageArmor, text)?.toString()).toBe("key");
  });

  it.each(armored)("of the age vector $name is read as age does: $expect", ({ expect: outcome, file }) => {
    const decoded = decodeArmorLoosely(ageArmor, file.toString("latin1"));
    expect(decoded === undefined).toBe(outcome === "armor failure");
  });
});
