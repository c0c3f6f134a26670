import { expect, it } from "vitest";
import { begun } from "../../src/format/begun.ts";

it("asks for the first at once and for the others when their turn comes, and tells the source where nobody wants more", async () => {
  const seen: string[] = [];
  const source = (function* () {
    try {
      for (const one of ["a", "b", "c"]) {
        seen.push(one);
        yield one;
      }
    } finally {
      seen.push("end");
    }
  })();
  const rest = begun(source);
  expect(seen).toEqual(["a"]);
  for await (const one of rest) if (one === "b") break;
  expect(seen).toEqual(["a", "b", "end"]);
});

it("keeps a failure for who asks", async () => {
  const rest = begun(
    (function* (): Generator<string> {
      yield* failing();
    })(),
  );
  await new Promise((resolve) => setImmediate(resolve));
  await expect(rest[Symbol.asyncIterator]().next()).rejects.toThrow("nothing there");
});

function failing(): string[] {
  throw new Error("nothing there");
}
