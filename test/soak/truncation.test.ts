import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verifyArchive } from "../../src/backup/verify.ts";
import { parseIdentityFile } from "../../src/format/seal/identities.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

it.each([
  ["without a key", 1],
  ["with the key", 5],
])("verify never takes a cut archive for a whole one, and never fails over it: %s", async (_what, step) => {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  const identities = step === 1 ? [] : parseIdentityFile(readFileSync(world.identityFile, "utf8"));
  const whole = readFileSync(archive);
  const verdicts = new Map<string, number>();
  const wrong: string[] = [];
  for (let length = whole.length - 1; length >= 0; length -= step) {
    truncateSync(archive, length);
    const { verdict } = await verifyArchive(archive, { keys: { identities } }, world.context());
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (verdict !== (length === 0 ? "not-an-archive" : "partial")) wrong.push(`${length} bytes: ${verdict}`);
  }
  console.log(`${whole.length} bytes: ${JSON.stringify([...verdicts])}`);
  expect(wrong).toEqual([]);
  writeFileSync(archive, whole);
  const { verdict } = await verifyArchive(archive, { keys: { identities } }, world.context());
  expect(verdict).toBe(step === 1 ? "intact" : "full");
});
