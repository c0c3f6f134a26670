import { expect, test } from "vitest";
import { optionsOf } from "../../bench/options.ts";

test.each([
  ["--size XL", "--size is one of S, M, L"],
  ["--size S --files 10 --mb 1", "exclude one another"],
  ["--size S --tree /home/user", "exclude one another"],
  ["--files 10", "--mb is a number"],
  ["--rounds 0", "--rounds is a number from 1 on"],
  ["--only create,sleep", "not sleep"],
  ["--peers rsync", "not rsync"],
])("%s is refused", (words, why) => expect(() => optionsOf(words.split(" "))).toThrow(why));

test("jobs run in their own order, whatever the order of the words", () => {
  expect(optionsOf(["--only", "again,create"]).only).toEqual(["create", "again"]);
});

test("slow peers never have more rounds than the others", () => {
  expect(optionsOf(["--rounds", "2", "--slow-rounds", "5"])).toMatchObject({ rounds: 2, slowRounds: 2 });
});
