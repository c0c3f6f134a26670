import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderExample } from "../../fixtures/example.ts";
import {
  generateVectors,
  readVector,
  specExample,
  staleVectors,
  vectorDirectory,
  vectorNames,
} from "../../fixtures/vector-set.ts";
import { strictlyExpected, strictlyTold, verifyTold } from "../support/vector-outcome.ts";

it("the vectors are those that fixtures/generate.ts makes", async () => {
  expect(staleVectors(await generateVectors())).toEqual([]);
});

it("the worked example of the specification is that vector", () => {
  expect(readFileSync(specExample, "utf8")).toBe(renderExample());
});

describe("the strict reader says of each vector what it expects", () => {
  it.each(vectorNames())("%s", async (name) => {
    const vector = readVector(name);
    expect(await strictlyTold(vector)).toEqual(strictlyExpected(vector));
  });
});

describe("verify says of each vector what it expects", () => {
  it.each(vectorNames())("%s", async (name) => {
    const vector = readVector(name);
    const { expect: verdict, report } = vector;
    expect(await verifyTold(vector)).toEqual({ expect: verdict, ...(report && { report }) });
  });
});

it("the vectors have less than 5 MB", () => {
  const sizes = vectorNames().map((name) => statSync(join(vectorDirectory, name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(5_000_000);
});
