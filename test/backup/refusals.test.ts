import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { restoreArchive } from "../../src/backup/restore.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { Secret } from "../../src/format/secret.ts";
import { incompressible, writeTestArchive } from "../support/archives.ts";
import { draftEntry, hostile, testKey, type DraftEntry, type TestKey } from "../support/hostile.ts";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type RunOptions, type World } from "../support/world.ts";

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly hint: RegExp;
}

/** Runs a command for people and for scripts: both are refused, without output, with the same code and hint. */
async function refused(
  world: World,
  argv: readonly string[],
  options?: RunOptions,
): Promise<{ status: number; code: string; hint: string }> {
  const text = await world.ocbak(argv, options);
  expect(text.out).toBe("");
  expect(text.err).toMatch(/^(ocbak: warning: .*\n)*ocbak: error: .+\n(ocbak: hint: .+\n)+$/);
  const json = await world.ocbak([...argv, "--json"], options);
  const { error, exitStatus } = JSON.parse(json.err.trimEnd().split("\n").at(-1)!) as {
    error: { code: string; hint: string };
    exitStatus: number;
  };
  expect([json.out, json.status, exitStatus]).toEqual(["", text.status, text.status]);
  for (const line of error.hint.split("\n")) expect(text.err).toContain(`ocbak: hint: ${line}`);
  return { status: exitStatus, code: error.code, hint: error.hint };
}

function refusal(status: number, code: string, hint: RegExp): object {
  return { status, code, hint: expect.stringMatching(hint) };
}

const small: Tree = { ".openclaw/openclaw.json": "{}", ".openclaw/workspace/MEMORY.md": "m" };

describe("create", () => {
  const cases: readonly (Refusal & { what: string; tree: Tree; argv: string[]; options?: RunOptions })[] = [
    {
      what: "no installation",
      tree: {},
      argv: [],
      status: 10,
      code: "no-installation",
      hint: /--state-dir or --profile/,
    },
    {
      what: "a state dir that is none",
      tree: { "stuff/notes.txt": "n" },
      argv: ["--state-dir", "stuff"],
      status: 10,
      code: "no-installation",
      hint: /looked for/,
    },
    {
      what: "an unknown profile",
      tree: { ...small, ".openclaw-work/openclaw.json": "{}" },
      argv: ["--profile", "wrok"],
      status: 10,
      code: "unknown-profile",
      hint: /profiles in .*: work/,
    },
    {
      what: "a profile name that cannot be one",
      tree: small,
      argv: ["--profile", "../x"],
      status: 2,
      code: "bad-profile-name",
      hint: /letters, digits/,
    },
    {
      what: "no recipient",
      tree: small,
      argv: [],
      options: { keyless: true },
      status: 2,
      code: "no-recipient",
      hint: /`ocbak keygen`/,
    },
    {
      what: "a recipient that is none",
      tree: small,
      argv: ["-r", "age1nonsense"],
      status: 2,
      code: "bad-key",
      hint: /age1/,
    },
    {
      what: "a pattern that cannot be read",
      tree: small,
      argv: ["--exclude", "x".repeat(70_000)],
      status: 2,
      code: "bad-pattern",
      hint: /.+/,
    },
    {
      what: "a broken config",
      tree: { ...small, ".openclaw/openclaw.json": '{\n  gateway: { mode: "local" \n  agents: }' },
      argv: [],
      status: 1,
      code: "bad-config",
      hint: /.+/,
    },
  ];

  it.each(cases)("refuses $what with $status and a hint, and leaves no file", async (one) => {
    const world = await makeWorld();
    plant(world.home, one.tree);
    const argv = ["create", "-o", world.archives, ...one.argv];
    expect(await refused(world, argv, one.options)).toEqual(refusal(one.status, one.code, one.hint));
    expect(namesIn(world.archives)).toEqual([]);
  });

  it("says where a broken config is broken, and quotes nothing of it", async () => {
    const world = await makeWorld();
    plant(world.home, { ".openclaw/openclaw.json": '{\n  token: "SECRET" \n  agents: }' });
    const { err } = await world.ocbak(["create", "-o", world.archives]);
    expect(err).toMatch(/openclaw\.json.*(3:3|line 3,? column 3)/);
    expect(err).not.toContain("SECRET");
  });

  it("warns loudly, on stderr, that with a remote gateway the sessions live elsewhere, and goes on", async () => {
    const world = await makeWorld();
    plant(world.home, {
      ".openclaw/openclaw.json": '{ gateway: { mode: "remote", remote: { url: "ws://nas:18789" } } }',
    });
    for (const more of [[], ["--json"], ["--quiet"]]) {
      const { status, err } = await world.ocbak(["create", "-o", "-", ...more]);
      expect(status).toBe(0);
      expect(err).toMatch(/^ocbak: warning: .*remote.*sessions.*gateway host \(ws:\/\/nas:18789\).*NOT/m);
    }
  });
});

function longEntry(): DraftEntry {
  return draftEntry("workspace.main/zz", incompressible(200_000));
}

describe("an archive that is not right", () => {
  let key: TestKey;
  let whole: Buffer;
  let files: Readonly<Record<string, Buffer>>;

  beforeAll(async () => {
    key = await testKey();
    const bend = { plain: (draft: { entries: DraftEntry[] }) => void draft.entries.push(longEntry()) };
    whole = hostile(key, bend);
    files = {
      "not-an-archive": Buffer.from("no archive, but longer than nothing\n".repeat(100)),
      empty: Buffer.alloc(0),
      cut: whole.subarray(0, whole.length - 10_000),
      "cut-at-half": whole.subarray(0, whole.length / 2),
      flipped: flipped(whole, whole.length / 3),
      "flipped-sealed": flipped(whole, whole.length - 20_000),
      trailing: Buffer.concat([whole, Buffer.from("x")]),
      unsafe: hostile(key, {
        plain: (draft) => void draft.entries.push(draftEntry("workspace.main/today.md/x", "through a link")),
      }),
      unbound: hostile(key, {
        sealed: (draft) => Object.assign(draft.section, { manifestSha256: "0".repeat(64) }),
      }),
      newer: hostile(key, { manifest: (manifest) => Object.assign(manifest, { formatVersion: 2 }) }),
    };
  });

  async function worldWith(name: string): Promise<World & { archive: string }> {
    const world = await makeWorld();
    writeFileSync(world.identityFile, key.identity.reveal());
    const archive = join(world.archives, "a.ocbak");
    writeFileSync(archive, files[name]!);
    return { ...world, archive };
  }

  const cases: readonly [string, number, RegExp][] = [
    ["not-an-archive", 27, /ocbak create/],
    ["empty", 27, /ocbak create/],
    ["cut", 21, /verify.*salvage/],
    ["cut-at-half", 21, /verify.*salvage/],
    ["flipped", 20, /verify.*salvage/],
    ["flipped-sealed", 20, /verify.*salvage/],
    ["trailing", 20, /verify.*salvage/],
    ["unsafe", 22, /do not restore/],
    ["unbound", 23, /do not restore/],
    ["newer", 24, /newest ocbak/],
  ];

  it.each(cases)("(%s) is refused by verify with %i, an error and a hint", async (name, expected) => {
    const { ocbak, archive } = await worldWith(name);
    const { status, err } = await ocbak(["verify", archive]);
    expect(status).toBe(expected);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*\n$/);
    const json = await ocbak(["verify", "--json", archive]);
    expect([json.status, json.err]).toEqual([expected, ""]);
    expect(JSON.parse(json.out)).toMatchObject({ archive, verdict: expect.any(String) });
  });

  it.each(cases)(
    "(%s) is refused by restore with %i, and nothing is written",
    async (name, expected, hint) => {
      const { ocbak, archive, newHome } = await worldWith(name);
      const { status, out, err } = await ocbak(["restore", "--home", newHome, archive]);
      expect([status, out]).toEqual([expected, ""]);
      expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*\n$/);
      expect(err).toMatch(hint);
      expect(namesIn(newHome)).toEqual([]);
    },
  );

  it.each(cases)("(%s) is refused by extract with %i", async (name, expected) => {
    const { ocbak, archive, archives } = await worldWith(name);
    const argv = ["extract", archive, "workspace.main", "state", "-o", join(archives, "out")];
    expect((await ocbak(argv)).status).toBe(expected);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[Math.floor(at)]! ^= 4;
  return copy;
}

describe("a reader", () => {
  it.each([
    ["restore", refusal(27, "not-a-file", /inside/)],
    ["inspect", refusal(27, "not-a-file", /inside/)],
    ["ls", refusal(27, "not-a-file", /inside/)],
    // Of a store all archives could be verified.
    ["verify", refusal(10, "not-a-store", /mounted/)],
  ])("%s refuses what is not there with 10, and a directory", async (command, directory) => {
    const world = await makeWorld();
    const missing = refusal(10, "not-found", /.+/);
    expect(await refused(world, [command, join(world.archives, "none.ocbak")])).toEqual(missing);
    expect(await refused(world, [command, world.archives])).toEqual(directory);
  });

  it("refuses a wrong identity, a wrong passphrase and an identity for a passphrase with 12", async () => {
    const world = await makeWorld();
    const other = join(world.archives, "other.txt");
    writeFileSync(other, (await generateIdentity("x25519")).identity.reveal(), { mode: 0o600 });
    const [sealed, typed] = [join(world.archives, "sealed.ocbak"), join(world.archives, "typed.ocbak")];
    writeFileSync(sealed, (await writeTestArchive({ sealing: { recipients: [world.recipient] } })).bytes);
    const passphrase = new Secret("open sesame");
    writeFileSync(typed, (await writeTestArchive({ sealing: { passphrase } })).bytes);
    const expected = refusal(12, "no-key", /-i FILE.*--passphrase/);
    for (const command of [["verify"], ["restore", "--home", world.newHome]]) {
      expect(await refused(world, [...command, "-i", other, sealed])).toEqual(expected);
      expect(await refused(world, [...command, typed])).toEqual(expected);
      const options = { typed: "close sesame\r" };
      const wrong = await world.ocbak([...command, "--passphrase", typed], options);
      expect([wrong.status, wrong.out]).toEqual([12, ""]);
    }
    expect(namesIn(world.newHome)).toEqual([]);
  });

  it("restore refuses without any key with 12, and says how workspace files alone come back", async () => {
    const world = await makeWorld();
    const archive = join(world.archives, "a.ocbak");
    writeFileSync(archive, (await writeTestArchive({ sealing: { recipients: [world.recipient] } })).bytes);
    const argv = ["restore", "--home", world.newHome, archive];
    const expected = refusal(12, "sealed-without-key", /--allow-unproved/);
    expect(await refused(world, argv, { keyless: true })).toEqual(expected);
    const unproved = await world.ocbak([...argv, "--allow-unproved"], { keyless: true });
    expect([unproved.status, unproved.err]).toEqual([0, ""]);
    expect(unproved.out).toMatch(/unproved/);
    expect(namesIn(join(world.newHome, ".openclaw"))).toEqual(["workspace"]);
  });
});

async function archived(): Promise<World & { archive: string }> {
  const world = await makeWorld();
  plant(world.home, small);
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  return { ...world, archive };
}

describe("restore", () => {
  it("refuses a target that exists with 26; --replace puts it aside and never deletes", async () => {
    const world = await archived();
    plant(world.newHome, { ".openclaw/mine": "mine" });
    const before = walkTree(world.newHome);
    const argv = ["restore", "--home", world.newHome, world.archive];
    const expected = refusal(26, "target-exists", /--replace/);
    expect(await refused(world, argv)).toEqual(expected);
    expect(walkTree(world.newHome)).toEqual(before);
    const { status, out } = await world.ocbak([...argv, "--replace", "--json"]);
    expect(status).toBe(0);
    const aside = namesIn(world.newHome).find((name) => name.startsWith(".openclaw.before-ocbak-"));
    expect(aside).toMatch(/^\.openclaw\.before-ocbak-/);
    expect(JSON.parse(out)).toMatchObject({ targets: [{ replaced: join(world.newHome, aside!) }, {}] });
    expect(namesIn(join(world.newHome, aside!))).toEqual(["mine"]);
    expect((await world.ocbak([...argv, "--replace"])).status).toBe(0);
    // Two trees put aside, with a record of each by which it can be put back.
    expect(namesIn(world.newHome)).toHaveLength(5);
  });

  it("refuses names that Windows would take for something else, there", async () => {
    const world = await makeWorld();
    plant(world.home, { ...small, ".openclaw/workspace/nul.txt": "n" });
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", archive]);
    const keys = { identities: [new Secret(readFileSync(world.identityFile, "utf8").trim())] };
    const restored = (platform: NodeJS.Platform): Promise<unknown> =>
      restoreArchive(archive, { home: world.newHome, keys }, world.context({ platform }));
    await expect(restored("win32")).rejects.toMatchObject({ code: "collision" });
    expect(namesIn(world.newHome)).toEqual([]);
    await restored("linux");
    expect(namesIn(world.newHome)).toEqual([".openclaw"]);
  });

  it("--dry-run says what would be refused, and writes nothing", async () => {
    const world = await archived();
    plant(world.newHome, { ".openclaw/mine": "mine" });
    const before = walkTree(world.newHome);
    const { status, out } = await world.ocbak([
      "restore",
      "--dry-run",
      "--json",
      "--home",
      world.newHome,
      world.archive,
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      dryRun: true,
      warnings: [expect.stringMatching(/would be refused/)],
    });
    expect(walkTree(world.newHome)).toEqual(before);
  });

  it("refuses an owner that this machine does not know with 26", async () => {
    const world = await archived();
    const argv = ["restore", "--owner", "nobody-of-that-name", "--home", world.newHome, world.archive];
    expect(await refused(world, argv)).toEqual(refusal(26, "owner-unknown", /getent passwd/));
  });

  it("refuses root that came by sudo without --owner with 26, and names the owner", async () => {
    const world = await archived();
    const options = { uid: 0, gid: 0, env: { SUDO_USER: "alice" } };
    const argv = ["restore", world.archive];
    const expected = refusal(26, "owner-not-permitted", /--owner alice/);
    expect(await refused(world, argv, options)).toEqual(expected);
  });

  it("refuses another owner without root with 26, with the whole command for sudo", async () => {
    const world = await archived();
    const options = { uid: 65_534, gid: 65_534 };
    const argv = ["restore", "--owner", "root", "--home", world.newHome, world.archive];
    const hint = /sudo \/opt\/node\/bin\/node \/opt\/ocbak\/main\.js restore .*--owner root/;
    expect(await refused(world, argv, options)).toEqual(refusal(26, "owner-not-permitted", hint));
  });

  it("refuses a place that others may write to with 26", async () => {
    const world = await archived();
    mkdirSync(join(world.archives, "open"));
    chmodSync(join(world.archives, "open"), 0o777);
    const argv = [
      "restore",
      "--home",
      world.newHome,
      "--state-dir",
      join(world.archives, "open/x"),
      world.archive,
    ];
    expect(await refused(world, argv)).toEqual(refusal(26, "unsafe-ancestor", /chmod go-w/));
  });

  it("refuses a workspace of an agent that the archive does not have", async () => {
    const world = await archived();
    const argv = ["restore", "--home", world.newHome, "--workspace", "bob=x", world.archive];
    expect(await refused(world, argv)).toEqual(refusal(10, "no-such-entry", /main/));
  });
});
