import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { testCli } from "../support/cli.ts";

async function configured(text: string, ...argv: string[]) {
  const { path: home } = await dir({ unsafeCleanup: true });
  writeFileSync(join(home, "c.json"), text);
  const cli = testCli({ home });
  const status = await run(["config", ...argv], cli.io);
  return { home, status, out: cli.out(), err: cli.err() };
}

describe("ocbak config", () => {
  it("says each setting's value and origin", async () => {
    const { home, status, out } = await configured('{"sealAll":true}', "--config", "c.json");
    expect(status).toBe(0);
    expect(out).toContain(`${join(home, "c.json")}:\n`);
    expect(out).toMatch(/^ {2}sealAll +true +file; --seal-all wins$/m);
    expect(out).toMatch(/^ {2}maxAge +36h +by default; --max-age wins$/m);
  });

  it("reads no file where told to pass it over", async () => {
    const { status, out } = await configured("broken", "--no-config", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ exists: false });
  });

  it("refuses what does not fit with status 2 and the place", async () => {
    const { status, out, err } = await configured('{"sealall":true}', "--config", "c.json");
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(
      /ocbak: error: the settings .* sealall is no setting, sealAll is\nocbak: hint: docs\/config\.md/,
    );
  });

  it("prints its schema", async () => {
    const { out } = await configured("", "--schema");
    expect(JSON.parse(out)).toMatchObject({ additionalProperties: false, properties: { stores: {} } });
  });
});
