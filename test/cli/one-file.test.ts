import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readVector } from "../../fixtures/vector-set.ts";
import { makeWorld } from "../support/world.ts";

it("cat gives out nothing of a file that is not what its digest says", async () => {
  const world = await makeWorld();
  const vector = readVector("index-other-content-than-the-digest-says");
  const archive = join(world.archives, "a.ocbak");
  writeFileSync(archive, vector.bytes);
  const key = join(world.archives, "key.txt");
  writeFileSync(key, `${vector.identity!.join("\n")}\n`, { mode: 0o600 });
  const { status, bytes, err } = await world.ocbak(["cat", archive, "state/openclaw.json", "-i", key], {
    keyless: true,
  });
  expect([status, bytes.length]).toEqual([20, 0]);
  expect(err).toContain("state/openclaw.json is not what it was");
});
