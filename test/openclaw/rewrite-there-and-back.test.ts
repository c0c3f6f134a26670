import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import JSON5 from "json5";
import { expect, it, onTestFinished } from "vitest";
import { rowsNaming } from "../support/named-rows.ts";
import { describeTree, scratchHome } from "../support/restore.ts";
import { plantTables, readTables, rewriteState } from "../support/rewrite.ts";
import { plant } from "../support/tree.ts";

const name = fc
  .string({
    unit: fc.constantFrom("a", "Z", " ", "'", '"', "\\", "ü", "數", "🦞", "#", "%", "$", "."),
    minLength: 1,
  })
  .filter((text) => !/^\.+$/.test(text));
/** Old and new homes of which none lies in another, but whose names may begin the same. */
const homes = fc.tuple(name, name, name).map(([a, b, c]) => ({
  a: { old: `/home/${a}`, now: `/srv/${b}/x` },
  // Inside the first one, and it goes elsewhere.
  b: { old: `/home/${a}/in/${c}`, now: `/data/${c}` },
}));

const text = fc.string({ maxLength: 8 });
const below = fc.tuple(fc.constantFrom("", "/in", "ice/x", "/"), text).map(([a, b]) => a + b);
type Value = string | number | readonly Value[] | { readonly [key: string]: Value };
/** A config, of which some values are places. */
function configs(places: readonly string[]): fc.Arbitrary<string> {
  const place = fc.tuple(fc.constantFrom(...places), below).map(([a, b]) => a + b);
  const { any } = fc.letrec<{ any: Value }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      place,
      text,
      fc.integer(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(text, place), tie("any"), { maxKeys: 3 }),
    ),
  }));
  return fc
    .tuple(any, fc.constantFrom(undefined, 2, "\t"), fc.boolean(), place)
    .map(([value, space, isStrict, comment]) => {
      const written = isStrict ? JSON.stringify(value, null, space) : JSON5.stringify(value, null, space);
      return `// ${JSON.stringify(comment)}\n${written}\n/* ${comment.replaceAll("*/", "")} */`;
    });
}

const installations = homes.chain(({ a, b }) =>
  fc.record({
    a: fc.constant(a),
    b: fc.constant(b),
    config: configs([a.old, b.old]),
    copy: configs([a.old, b.old]),
  }),
);

it("there and back again gives the same bytes in files and equal rows in databases, and twice the same changes nothing", async () => {
  const { home, remove } = scratchHome();
  onTestFinished(remove);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(installations, async ({ a, b, config, copy }) => {
      const state = join(home, String((run += 1)));
      mkdirSync(state);
      plant(state, {
        "openclaw.json": config,
        "openclaw.json.bak": copy,
        ".env": `A='${a.old.replaceAll(/['\\$]/g, "")}/x'\nB=${a.old}/y # mine\n`,
        "worktrees/one/.git": `gitdir: ${b.old}/.git/worktrees/one\n`,
      });
      const files = textsIn(state);
      plantTables(state, [rowsNaming(a.old, 1), rowsNaming(b.old, 2), rowsNaming(`${a.old}x`, 3)]);
      const rows = readTables(state);
      const there = [a, b].map(({ old, now }) => ({ from: old, to: now }));
      const back = there.map(({ from, to }) => ({ from: to, to: from }));

      const first = await rewriteState(state, there, [a.old, b.old]);
      expect(first.rewritten.length).toBeGreaterThan(0);
      expect(readTables(state)).toEqual(
        tablesOf([rowsNaming(a.now, 1), rowsNaming(b.now, 2), rowsNaming(`${a.old}x`, 3)]),
      );
      const moved = textsIn(state);
      const second = await rewriteState(state, there, [a.old, b.old]);
      expect([second.rewritten, second.touched]).toEqual([[], []]);
      expect(textsIn(state)).toEqual(moved);

      await rewriteState(state, back, [a.now, b.now]);
      expect(readTables(state)).toEqual(rows);
      expect(textsIn(state)).toEqual(files);

      function tablesOf(expected: ReturnType<typeof rowsNaming>[]) {
        plantTables(`${state}-expected`, expected);
        return readTables(`${state}-expected`);
      }
    }),
    { numRuns: 6 },
  );
});

/** All but the database. */
function textsIn(state: string): object {
  return Object.fromEntries(Object.entries(describeTree(state)).filter(([path]) => !/^state\b/.test(path)));
}
