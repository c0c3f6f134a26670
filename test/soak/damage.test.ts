import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyArchive } from "../../src/backup/verify.ts";
import { parseIdentityFile } from "../../src/format/seal/identities.ts";
import { sharedKey } from "../support/bends.ts";
import { specimen, toldAndTrue, unnoticedChanges } from "../support/cuts.ts";
import { type Damage, falseSayings, falselyWhole } from "../support/damage.ts";
import { hostile } from "../support/hostile.ts";
import { smallInstallation } from "../support/installation.ts";
import { asManyAsTimeAllows } from "../support/sample.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

const second = 1000;

describe("a cut archive", () => {
  it("is partial, and the report says what is there", async () => {
    const small = specimen(await sharedKey(), { plainBytes: 20_000, sealedBytes: 70_000 });
    for (const at of asManyAsTimeAllows(small.bytes.length - 1, 80 * second, "cuts")) {
      const report = await toldAndTrue(small, at + 1);
      expect(report.told).toEqual(report.true);
    }
  });

  it.each(["without a key", "with the key"])("as `create` writes it is no whole one %s", async (what) => {
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", archive]);
    const withKey = what === "with the key";
    const identities = withKey ? parseIdentityFile(readFileSync(world.identityFile, "utf8")) : [];
    const whole = readFileSync(archive);
    for (const length of asManyAsTimeAllows(whole.length, 40 * second, `cut files ${what}`)) {
      writeFileSync(archive, whole);
      truncateSync(archive, length);
      const { verdict } = await verifyArchive(archive, { keys: { identities } }, world.context());
      expect([length, verdict]).toEqual([length, length === 0 ? "not-an-archive" : "partial"]);
    }
    writeFileSync(archive, whole);
    const { verdict } = await verifyArchive(archive, { keys: { identities } }, world.context());
    expect(verdict).toBe(withKey ? "full" : "intact");
  });
});

it.each(["intact", "full"] as const)("any changed byte is noticed at level %s", async (level) => {
  const key = await sharedKey();
  const bytes = hostile(key);
  const places = asManyAsTimeAllows(bytes.length, 60 * second, `changed bytes at level ${level}`);
  expect(await unnoticedChanges(bytes, key, { level, places })).toEqual([]);
});

describe("the report on a damaged copy is true, and what it asks to copy again mends it", () => {
  const cases = (["zeros", "flip", "drop", "double"] as const).flatMap((kind) =>
    (["intact", "full"] as const).map((level) => [kind, level] as const),
  );
  it.each(cases)("%s at level %s", async (kind, level) => {
    const whole = specimen(await sharedKey(), { plainBytes: 150_000, sealedBytes: 250_000 });
    const lengths = kind === "flip" ? [1, 2] : [1, 100, 512, 4096, 65_536, 66_048, 150_000];
    // What is taken out of the last member, or doubled in it, is a cut or a trailing byte as well.
    const end = whole.bytes.length - 2048;
    const wrong: unknown[] = [];
    let turn = 0;
    for (const from of asManyAsTimeAllows(end, 18 * second, `${kind} at level ${level}`)) {
      const range = [from, Math.min(end, from + lengths[turn++ % lengths.length]!)] as const;
      const damage: Damage = { kind, range };
      const said = await falseSayings(whole, damage, level);
      const taken = turn % 5 === 0 ? await falselyWhole(whole, damage, level) : [];
      if (said.length + taken.length > 0) wrong.push({ ...damage, said, taken });
    }
    expect(wrong).toEqual([]);
  });
});
