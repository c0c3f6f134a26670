import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVector, vectorNames } from "../../fixtures/vector-set.ts";
import { makeWorld } from "../support/world.ts";

const names = vectorNames().filter((name) => /^(name|unsafe-name|hex)-/.test(name));
/** What moves a cursor, starts an escape or turns the direction of a text; lines may end. */
// oxlint-disable-next-line no-control-regex
const notForPeople = /[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Everything that lies there, with sizes and times. */
function listing(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const { size, mtimeNs } = statSync(join(root, name), { bigint: true });
      return `${name} ${size} ${mtimeNs}`;
    });
}

describe("names of an archive never reach a terminal as they are, and nothing is written", () => {
  it.each(names)("%s", async (name) => {
    const world = await makeWorld();
    const vector = readVector(name);
    const archive = join(world.archives, "a.ocbak");
    writeFileSync(archive, vector.bytes);
    const key = join(world.archives, "key.txt");
    writeFileSync(key, `${vector.identity!.join("\n")}\n`, { mode: 0o600 });
    const before = listing(dirname(world.archives));
    for (const [command, ...rest] of [
      ["verify"],
      ["ls"],
      ["inspect"],
      ["diff"],
      ["diff", archive],
    ] as const) {
      const { out, err } = await world.ocbak([command, archive, ...rest, "-i", key], { keyless: true });
      expect(notForPeople.exec(`${out}${err}`)).toBeNull();
    }
    expect(listing(dirname(world.archives))).toEqual(before);
  });
});
