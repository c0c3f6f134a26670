import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readVector, vectorNames } from "../../fixtures/vector-set.ts";
import { largeCases } from "../../fixtures/large.ts";
import { limits } from "../../src/format/limits.ts";

const text = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const spec = text("../../spec/ocbak-v1.md");

/** The codes of FormatErrorCode, as they stand in its source. */
function knownCodes(): string[] {
  const source = text("../../src/format/errors.ts");
  const from = source.indexOf("export type FormatErrorCode");
  const union = source.slice(from, source.indexOf(";", from));
  return [...union.matchAll(/\| "([a-z-]+)"/g)].map(([, code]) => code!);
}

/** Only sealing asks for it: nobody reads an archive that was not written. */
const ofWriters = new Set(["mixed-recipients"]);

it("the specification lists the codes that there are", () => {
  const section = spec.slice(spec.indexOf("## 9. Outcomes"), spec.indexOf("| verdict | proves"));
  const listed = [...section.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!);
  const verdicts = new Set(["unsupported", "partial", "damaged", "unsafe"]);
  expect(new Set(listed.filter((code) => !verdicts.has(code)))).toEqual(
    new Set(knownCodes().filter((code) => !ofWriters.has(code))),
  );
});

it("the specification names every limit", () => {
  const numbers = Object.values(limits).filter((value) => !spec.includes(value.toLocaleString("en-US")));
  const plain = numbers.filter((value) => !new RegExp(`(?<![\\d,])${value}(?![\\d,])`).test(spec));
  expect(plain).toEqual([]);
});

it("every code that an archive can lead to has a vector", () => {
  const shown = new Set(vectorNames().map((name) => readVector(name).code));
  for (const { case: one } of largeCases()) shown.add(one.outcome as never);
  // bad-key is about what a user gives as a key.
  const missing = knownCodes().filter(
    (code) => !shown.has(code as never) && !ofWriters.has(code) && code !== "bad-key",
  );
  expect(missing).toEqual([]);
});

it("the specification names families of vectors that there are", () => {
  const table = spec.slice(spec.indexOf("| A1 |"), spec.indexOf("An archive id or digest in a file"));
  const named = table
    .split("\n")
    .filter((row) => row.startsWith("| A"))
    .flatMap((row) =>
      [
        ...row
          .split("|")
          .at(-2)!
          .matchAll(/`([a-z-]+)`/g),
      ].map(([, family]) => family!),
    )
    .filter((family) => family !== "platform");
  const all = [...vectorNames(), ...largeCases().map(({ name }) => name)];
  expect(named.filter((family) => !all.some((name) => name.startsWith(`${family}-`)))).toEqual([]);
});
