import { describe, expect, it } from "vitest";
import { generateVectors, readVector, staleVectors, vectorNames } from "../../fixtures/vector-set.ts";
import { strictlyExpected, strictlyTold, verifyTold } from "../support/vector-outcome.ts";

it("the vectors are those that fixtures/generate.ts makes", async () => {
  expect(staleVectors(await generateVectors())).toEqual([]);
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
