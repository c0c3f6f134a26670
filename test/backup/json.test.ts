import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { differences, documentedShape, parseShape } from "../support/documented-shape.ts";
import { noise, smallInstallation } from "../support/installation.ts";
import { sshPrivateKey, sshPublicKey } from "../support/ssh-keys.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type RunOptions, type World } from "../support/world.ts";

/** An archive with something for every key: findings, moved names, a signature, links, names that are no UTF-8. */
async function archived(): Promise<World & { archive: string }> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  plant(world.home, {
    ".openclaw/bad.sqlite": Buffer.concat([Buffer.from("SQLite format 3\0"), noise(5000)]),
    ".openclaw/tmp/odd-\u00ff": "x",
    ".openclaw/workspace/large": noise(900_000),
  });
  symlinkSync("/etc/hostname", join(world.home, ".openclaw/workspace/outside"));
  writeFileSync(join(world.home, "signing"), sshPrivateKey, { mode: 0o600 });
  return { ...world, archive: join(world.archives, "a.ocbak") };
}

async function created(): Promise<World & { archive: string }> {
  const world = await archived();
  const argv = ["create", "--quiet", "-o", world.archive, "--signing-key", join(world.home, "signing")];
  expect((await world.ocbak(argv)).status).toBe(3);
  return world;
}

interface Answer {
  readonly value: unknown;
  /** Between what came and what docs/cli.md says. */
  readonly wrong: readonly string[];
}

async function ask(world: World, argv: readonly string[], options?: RunOptions): Promise<Answer> {
  const { out } = await world.ocbak([...argv, "--json"], options);
  const value = JSON.parse(out) as unknown;
  return { value, wrong: differences(value, documentedShape(argv[0]!)) };
}

describe("the notation of docs/cli.md", () => {
  it("is read as it is meant", () => {
    const shape = parseShape('{a, b:[{c|null, d?}], e:"x"|"y", f[], g:{h}|null}');
    expect(differences({ a: 1, b: [{ c: 2 }], e: "x", f: [], g: { h: 1 } }, shape)).toEqual([]);
    expect(differences({ b: [{ d: 2, z: 1 }], e: 1, f: 3, g: null }, shape)).toEqual([
      "$.a is missing",
      "$.b[0].c is missing",
      "$.b[0].z is not documented",
      "$.f is no list",
    ]);
  });
});

describe("the JSON that docs/cli.md promises is the JSON that comes", () => {
  it("from show, with sizes and without, of this machine and of a gateway elsewhere", async () => {
    const world = await archived();
    plant(world.home, {
      ".config/systemd/user/openclaw-gateway.service": "",
      ".openclaw-far/openclaw.json": "{gateway: {mode: 'remote', remote: {url: 'wss://far'}}}",
    });
    expect((await ask(world, ["show"])).wrong).toEqual([]);
    expect(await ask(world, ["show", "--sizes"])).toMatchObject({
      wrong: [],
      value: { outside: expect.arrayContaining([{ path: expect.any(String), why: expect.any(String) }]) },
    });
    const far = await ask(world, ["show", "--profile", "far"]);
    expect(far).toMatchObject({ wrong: [], value: { remote: { url: "wss://far" }, warnings: [{}] } });
  });

  it("from create, and from its dry run", async () => {
    const world = await archived();
    expect((await ask(world, ["create", "--dry-run"])).wrong).toEqual([]);
    const { value, wrong } = await ask(world, ["create", "-o", world.archive]);
    expect(wrong).toEqual([]);
    expect(value).toMatchObject({ complete: false, warnings: [expect.any(String)] });
  });

  it("from verify: of a whole archive, a signed one, a cut one, and of no archive", async () => {
    const world = await created();
    const signed = await ask(world, ["verify", "--trusted-signer", sshPublicKey, world.archive]);
    expect(signed).toMatchObject({ wrong: [], value: { verdict: "authentic" } });
    expect((await ask(world, ["verify", "--level", "quick", world.archive])).wrong).toEqual([]);
    truncateSync(world.archive, 500_000);
    const cut = await ask(world, ["verify", world.archive]);
    const conditions = expect.arrayContaining([expect.objectContaining({ condition: "missing" })]) as unknown;
    expect(cut).toMatchObject({ wrong: [], value: { verdict: "partial", conditions } });
    writeFileSync(world.archive, "no archive");
    expect((await ask(world, ["verify", world.archive])).wrong).toEqual([]);
  });

  it("from restore, and from its dry run", async () => {
    const world = await created();
    plant(world.newHome, { ".openclaw/mine": "mine" });
    const argv = ["restore", "--replace", "--home", world.newHome, world.archive];
    expect((await ask(world, [...argv, "--dry-run"])).wrong).toEqual([]);
    const targets = [{ replaced: expect.any(String) as unknown }, {}, {}];
    expect(await ask(world, argv)).toMatchObject({
      wrong: [],
      value: { targets, left: [{}], checks: [{}, {}, {}, {}, {}] },
    });
  });

  it("from diff, with the key and without", async () => {
    const world = await created();
    plant(world.home, {
      ".openclaw/more.sqlite": { rows: 1 },
      ".openclaw/workspace/odd-\u00ff": "x",
      ".openclaw/logs/another.log": "x",
    });
    const other = join(world.archives, "b.ocbak");
    await world.ocbak(["create", "--quiet", "-o", other, "--include", "state/logs"]);
    new DatabaseSync(join(world.home, ".openclaw/more.sqlite")).exec("DELETE FROM notes");
    writeFileSync(join(world.home, ".openclaw/workspace/MEMORY.md"), "other");
    const here = await ask(world, ["diff", other]);
    const differences = [{ database: { tables: [{}] } }, { changes: [{}] }];
    expect(here).toMatchObject({ wrong: [], value: { differences } });
    const between = await ask(world, ["diff", world.archive, other]);
    expect(between).toMatchObject({ wrong: [], value: { notCompared: [{}] } });
    expect((await ask(world, ["diff", world.archive, other], { keyless: true })).wrong).toEqual([]);
  });

  it.each(["inspect", "ls"])("from %s, with the key and without", async (command) => {
    const world = await created();
    for (const keyless of [false, true])
      expect((await ask(world, [command, world.archive], { keyless })).wrong).toEqual([]);
  });

  it("from extract and salvage", async () => {
    const world = await created();
    const [out, saved] = ["out", "saved"].map((name) => join(world.archives, name)) as [string, string];
    expect((await ask(world, ["extract", world.archive, "state", "-o", out])).wrong).toEqual([]);
    truncateSync(world.archive, 500_000);
    expect((await ask(world, ["salvage", world.archive, "-o", saved])).wrong).toEqual([]);
  });
});
