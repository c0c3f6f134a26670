import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import { fakeSecrets } from "../support/fake-secrets.ts";
import { openMarker } from "../support/installation.ts";
import { plainSectionOf } from "../support/plain-section.ts";
import { plant, type Tree } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

const workspace = ".openclaw/workspace";

async function create(
  world: World,
  ...argv: string[]
): Promise<CreateReport & { plain: Buffer; err: string }> {
  const file = join(world.archives, "a.ocbak");
  const { status, out, err } = await world.ocbak(["create", "--json", "-o", file, ...argv]);
  expect([status, out === ""]).toEqual([0, false]);
  return { ...(JSON.parse(out) as CreateReport), plain: plainSectionOf(readFileSync(file)), err };
}

async function worldWith(tree: Tree, config = "{}"): Promise<World> {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": config, [`${workspace}/MEMORY.md`]: openMarker });
  plant(join(world.home, workspace), tree);
  return world;
}

async function sections(world: World): Promise<Record<string, string>> {
  const { out } = await world.ocbak(["ls", "--json", join(world.archives, "a.ocbak")]);
  const { entries } = JSON.parse(out) as { entries: ListedEntry[] };
  const own = entries.filter(({ path }) => path.startsWith("workspace.main/"));
  return Object.fromEntries(own.map(({ path, section }) => [path.slice("workspace.main/".length), section]));
}

/** What can be had from bytes by unpacking whatever in them is packed, to the last container. */
function* unpacked(bytes: Buffer, depth = 0): Generator<Buffer> {
  yield bytes;
  if (depth === 4) return;
  for (const [head, unpack, skip] of [
    ["\x1f\x8b\x08", gunzipSync, 0],
    ["\x78\x01", inflateSync, 0],
    ["\x78\x9c", inflateSync, 0],
    ["PK\x03\x04", inflateRawSync, 30],
  ] as const) {
    for (let at = bytes.indexOf(head, 0, "latin1"); at !== -1; at = bytes.indexOf(head, at + 1, "latin1")) {
      const name = skip === 0 ? 0 : bytes.readUInt16LE(at + 26);
      yield* attempt(() => unpack(bytes.subarray(at + skip + name)), depth);
    }
  }
}

function* attempt(unpack: () => Buffer, depth: number): Generator<Buffer> {
  let content: Buffer;
  try {
    content = unpack();
  } catch {
    return;
  }
  yield* unpacked(content, depth + 1);
}

function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", "latin1");
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(crc32(content), 14);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), packed]);
}

/** A repository that has a file in its history only; and the same once more under a name that no rule knows. */
function commitAndRemove(directory: string, content: string): void {
  mkdirSync(directory, { recursive: true });
  const git = (...argv: string[]): void => {
    const identity = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "gc.auto=0"];
    execFileSync("git", ["-C", directory, ...identity, ...argv], { stdio: "ignore" });
  };
  git("init", "-q");
  writeFileSync(join(directory, "config.txt"), content);
  git("add", ".");
  git("commit", "-qm", "one");
  git("rm", "-q", "config.txt");
  git("commit", "-qm", "two");
  cpSync(join(directory, ".git/objects"), join(directory, "copy-of-objects"), { recursive: true });
}

describe("no secret of a workspace stands readable in the archive", () => {
  it("of more than fifty kinds in notes, in a commit, in a zip, found by unpacking everything", async () => {
    expect(fakeSecrets.size).toBeGreaterThan(50);
    const notes = [...fakeSecrets.values()].map(({ text }, index) => [
      `notes/${index}.md`,
      `# Notes\n\nSo, ${text}\n`,
    ]);
    const all = [...fakeSecrets.values()].map(({ text }) => text).join("\n");
    const world = await worldWith(Object.fromEntries(notes));
    commitAndRemove(join(world.home, workspace, "repository"), all);
    const zip = zipOf("notes.txt", Buffer.from(all));
    plant(join(world.home, workspace), { "notes.zip": zip, "packed-by-another-name": zip });
    const { plain, scan } = await create(world);
    const readable = [...unpacked(plain)];
    const found = [...fakeSecrets].filter(([, { secret }]) =>
      readable.some((bytes) => bytes.includes(secret)),
    );
    expect(found.map(([kind]) => kind)).toEqual([]);
    expect(plain.includes(openMarker)).toBe(true);
    expect(scan.hits).toHaveLength(fakeSecrets.size);
    const report = JSON.stringify(scan);
    expect([...fakeSecrets.values()].filter(({ secret }) => report.includes(secret))).toEqual([]);
  });

  it("shows that its own search finds them: with --plain they are all there", async () => {
    const all = [...fakeSecrets.values()].map(({ text }) => text).join("\n");
    const world = await worldWith({});
    commitAndRemove(join(world.home, workspace, "repository"), all);
    plant(join(world.home, workspace), { "notes.zip": zipOf("notes.txt", Buffer.from(all)) });
    rmSync(join(world.home, workspace, "repository/.git"), { recursive: true });
    for (const glob of ["**/copy-of-objects/**", "**/notes.zip"]) {
      const readable = [...unpacked((await create(world, "--plain", glob)).plain)];
      const missed = [...fakeSecrets].filter(
        ([, { secret }]) => !readable.some((bytes) => bytes.includes(secret)),
      );
      expect(missed.map(([kind]) => kind)).toEqual([]);
      rmSync(join(world.archives, "a.ocbak"));
    }
  });

  it("that the installation itself uses, whatever it looks like", async () => {
    const [inConfig, inEnv, inWorkspaceEnv, inCredentials] = [
      "plain words one",
      "opensesame",
      "quite-harmless",
      "so-it-seems",
    ];
    const notes = [inConfig, inEnv, inWorkspaceEnv, inCredentials];
    const encoded = [
      Buffer.from(`user:${inConfig}`).toString("base64"),
      encodeURIComponent(inConfig),
      Buffer.from(inEnv).toString("hex"),
    ];
    const tree = Object.fromEntries(
      [...notes, ...encoded].map((text, index) => [`${index}.md`, `It says ${text} here`]),
    );
    const world = await worldWith(
      { ...tree, ".env": `export DB_PASSWORD='${inWorkspaceEnv}'\n` },
      `{ channels: { telegram: { botToken: "${inConfig}" } } }`,
    );
    plant(world.home, {
      ".openclaw/.env": `# keys\nSOME_TOKEN=${inEnv} # mine\n`,
      ".openclaw/credentials/oauth.json": JSON.stringify({ access: inCredentials }),
    });
    const { plain, scan } = await create(world);
    for (const text of [...notes, ...encoded]) expect([text, plain.includes(text)]).toEqual([text, false]);
    expect(scan.hits.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "workspace.main/0.md secret:config-value",
      "workspace.main/1.md secret:env-value",
      "workspace.main/2.md secret:env-value",
      "workspace.main/3.md secret:credential-value",
      "workspace.main/4.md secret:config-value",
      "workspace.main/5.md secret:config-value",
      "workspace.main/6.md secret:env-value",
    ]);
  });

  it("in a name, in a link's target, under another name of the file, or beside bytes that are no text", async () => {
    const { secret } = fakeSecrets.get("telegram")!;
    const world = await worldWith({
      [`${secret}.md`]: "nothing",
      [`folder ${secret}/a.md`]: "nothing",
      [`folder ${secret}/b.md`]: { to: "a.md" },
      "note.md": secret,
      "other.md": { sameAs: `${workspace}/note.md`.slice(workspace.length + 1) },
      "to-note.md": { to: "note.md" },
      [`sub/${secret}`]: { to: "../MEMORY.md" },
      "latin1.txt": Buffer.concat([Buffer.from("\xe4\xff\xfe caf\xe9 ", "latin1"), Buffer.from(secret)]),
      "utf16.txt": Buffer.from(secret, "utf16le"),
      "binary.dat": Buffer.concat([Buffer.alloc(1), Buffer.from(secret)]),
      "at-the-end.txt": `${"words and words\n".repeat(65_000)}${secret}`,
    });
    const { plain } = await create(world);
    expect(plain.includes(secret) || plain.includes(Buffer.from(secret, "utf16le"))).toBe(false);
    const readable = Object.entries(await sections(world)).filter(([, section]) => section === "plain");
    expect(readable).toEqual([["MEMORY.md", "plain"]]);
  });

  it("though the file says that scanners shall look away", async () => {
    const { text, secret } = fakeSecrets.get("databricks")!;
    const world = await worldWith({ "a.md": `<!-- secretlint-disable -->\n${text}\n` });
    expect((await create(world)).plain.includes(secret)).toBe(false);
  });
});

describe("what the scan leaves readable", () => {
  const ordinary = [
    "README.md",
    "docs/cli.md",
    "package.json",
    "package-lock.json",
    "CHANGELOG.md",
    "src/backup/create.ts",
  ];

  it("is ordinary notes, code, logs and settings", async () => {
    const copies = ordinary.map((path) => [path.replaceAll("/", "-"), readFileSync(path)] as const);
    const tree: Tree = {
      ...Object.fromEntries(copies),
      "gateway.txt":
        "\x1b[32m2026-11-21T10:00:00Z\x1b[0m [gateway] listening on ws://127.0.0.1:18789 (PID 4711)\n".repeat(
          500,
        ),
      "settings.yaml":
        "model: anthropic/claude-opus-4-6\nmax_tokens: 4096\nauth: token\ntokenFile: /run/secrets/a1\n",
      "code.py":
        "token = tokens[index1]\npassword = getpass('Password 1: ')\nsecret = os.environ['API_KEY_2']\n",
      "talk.md": "The token limit is 200k. My password manager is fine. Set api_key: <your key 1>.\n",
      "umlauts.md": "gr\u00fc\u00dfe \u{1f980}\n",
      "latin1.txt": Buffer.from("gr\xfc\xdfe\n", "latin1"),
      "empty.md": "",
      "a.css": ".sk-circle-fade-dot:before { animation: sk-circle-fade-dot-delay 1.2s }\n",
    };
    const world = await worldWith(tree);
    const { scan, sealed } = await create(world);
    expect(scan).toEqual({ files: Object.keys(tree).length + 1, hits: [] });
    expect(sealed).toEqual([]);
    expect(Object.values(await sections(world)).every((section) => section === "plain")).toBe(true);
  });
});

describe("--plain", () => {
  it("leaves readable what rules and the scan would seal, and warns of each file; never a database", async () => {
    const { text, secret } = fakeSecrets.get("groq")!;
    const world = await worldWith({
      "note.md": text,
      "other.md": text,
      "cert.pem": "public",
      ".ssh/config": "Host a",
      "data.sqlite": { rows: 1 },
    });
    const { plain, warnings } = await create(
      world,
      "--plain",
      "*/note.md",
      "--plain",
      "**/*.pem",
      "--plain",
      "**/.ssh/*",
      "--plain",
      "**/*.sqlite",
    );
    expect(plain.includes(secret)).toBe(true);
    expect(warnings).toEqual([
      "workspace.main/.ssh/config is readable in the archive, as --plain asks: credential-folder",
      "workspace.main/cert.pem is readable in the archive, as --plain asks: key-file",
      "workspace.main/note.md is readable in the archive, as --plain asks: secret:groq",
    ]);
    expect(await sections(world)).toEqual({
      ".ssh": "plain",
      ".ssh/config": "plain",
      "MEMORY.md": "plain",
      "cert.pem": "plain",
      "data.sqlite": "sealed",
      "note.md": "plain",
      "other.md": "sealed",
    });
  });

  it("does nothing to what is no workspace, and nothing beside --seal-all", async () => {
    const world = await worldWith({});
    expect((await create(world, "--plain", "**")).plain.includes("openclaw.json")).toBe(false);
    rmSync(join(world.archives, "a.ocbak"));
    const { plain, scan } = await create(world, "--plain", "**", "--seal-all");
    expect([plain.includes(openMarker), scan.files]).toEqual([false, 0]);
  });
});
