import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Vector } from "../../fixtures/vector-file.ts";
import { readVector, vectorNames } from "../../fixtures/vector-set.ts";
import type { VerifyReport } from "../../src/backup/reports.ts";
import { makeWorld } from "../support/world.ts";

/** The first vector of each kind of outcome. */
function oneOfEach(): { name: string; vector: Vector }[] {
  const kinds = new Map<string, { name: string; vector: Vector }>();
  for (const name of vectorNames()) {
    const vector = readVector(name);
    const { expect: verdict, code, level, exit, passphrase } = vector;
    const kind = JSON.stringify({ verdict, code, level, exit, isTyped: passphrase !== undefined });
    if (!kinds.has(kind)) kinds.set(kind, { name, vector });
  }
  return [...kinds.values()];
}

describe("ocbak verify exits with the status of a vector's outcome, and names it", () => {
  it.each(oneOfEach())("$name", async ({ vector }) => {
    const world = await makeWorld();
    const file = (name: string, content: Buffer | string): string => {
      const path = join(world.archives, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const env: { [name: string]: string } = {};
    const argv = ["verify", "--json", "--level", vector.level, file("a.ocbak", vector.bytes)];
    if (vector.identity) argv.push("-i", file("key.txt", `${vector.identity.join("\n")}\n`));
    if (vector.signer) argv.push("--trusted-signer", vector.signer);
    if (vector.passphrase) env["OCBAK_PASSPHRASE_FILE"] = file("passphrase.txt", vector.passphrase);
    const { status, out } = await world.ocbak(argv, { env, keyless: true });
    expect(status).toBe(vector.exit);
    const { verdict, findings } = (out === "" ? {} : JSON.parse(out)) as Partial<VerifyReport>;
    const codes = new Set<string | undefined>(findings?.map(({ code }) => code));
    expect(verdict ?? "no-key").toBe(vector.expect);
    expect(verdict === undefined || vector.code === undefined || codes.has(vector.code)).toBe(true);
  });
});
