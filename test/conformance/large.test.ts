import { describe, expect, it } from "vitest";
import { judged } from "../../fixtures/judge.ts";
import { largeCases } from "../../fixtures/large.ts";
import { strictlyExpected, strictlyTold } from "../support/vector-outcome.ts";

describe("the strict reader says of each large vector what it expects", () => {
  it.each(largeCases())("$name", async ({ case: one }) => {
    const vector = await judged(one);
    expect(await strictlyTold(vector)).toEqual(strictlyExpected(vector));
  });
});
