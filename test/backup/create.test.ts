import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBackup } from "../../src/backup/create.ts";
import type { CreateReport, InspectReport, ListedEntry, VerifyReport } from "../../src/backup/reports.ts";
import { openMarker, plantInstallation, secretMarker, smallInstallation } from "../support/installation.ts";
import { plainSectionOf } from "../support/plain-section.ts";
import { sshPrivateKey, sshPublicKey } from "../support/ssh-keys.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

async function smallWorld(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  return world;
}

async function create(world: World, ...argv: string[]): Promise<CreateReport & { file: string }> {
  const file = join(world.archives, "a.ocbak");
  const { status, out, err } = await world.ocbak(["create", "--json", "-o", file, ...argv]);
  expect([status, err]).toEqual([0, ""]);
  return { ...(JSON.parse(out) as CreateReport), file };
}

async function list(world: World, archive: string): Promise<ListedEntry[]> {
  const { out } = await world.ocbak(["ls", "--json", archive]);
  return (JSON.parse(out) as { entries: ListedEntry[] }).entries;
}

describe("what stands readable in an archive", () => {
  it("is the content of workspaces, and nothing of state, credentials, config, .env, keys or .git", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const { file } = await create(world);
    const plain = plainSectionOf(readFileSync(file));
    expect(plain.includes(openMarker)).toBe(true);
    expect(plain.includes(secretMarker)).toBe(false);
    for (const name of [
      ".env",
      "id_ed25519",
      "env-by-another-name",
      "oauth",
      "auth-profiles",
      "openclaw.sqlite",
    ])
      expect([name, plain.includes(name)]).toEqual([name, false]);
  });

  it("is nothing with --seal-all: no content, no name", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const { file, sections } = await create(world, "--seal-all");
    const plain = plainSectionOf(readFileSync(file));
    for (const text of [openMarker, secretMarker, "MEMORY.md", "run.sh"])
      expect(plain.includes(text)).toBe(false);
    expect(sections[0]).toMatchObject({ name: "plain", entries: 0, contentBytes: 0 });
  });
});

describe("--no-workspace", () => {
  it("leaves the workspaces out, also the one inside the state dir, and takes the rest", async () => {
    const world = await smallWorld();
    const { file, workspaces } = await create(world, "--no-workspace");
    expect(workspaces).toEqual([]);
    const entries = await list(world, file);
    expect(entries.filter(({ path }) => path.startsWith("workspace."))).toEqual([]);
    const left = entries.find(({ path }) => path.startsWith("state/workspace"));
    expect(left).toMatchObject({ path: "state/workspace", status: "excluded:no-workspace" });
    expect(entries.map(({ path }) => path)).toContain("state/credentials/oauth.json");
  });
});

describe("--include and --exclude", () => {
  it("take what a rule leaves out, and leave out what one takes; --exclude wins", async () => {
    const world = await smallWorld();
    const globs = ["--include", "state/logs/**", "--exclude", "**/*.sh", "--exclude", "state/logs/*.txt"];
    plant(world.home, { ".openclaw/logs/more.txt": "more" });
    const { file, entries } = await create(world, ...globs);
    const status = Object.fromEntries((await list(world, file)).map((entry) => [entry.path, entry.status]));
    expect(status).toMatchObject({
      "state/logs/gateway.log": "ok",
      "state/logs/more.txt": "excluded:user",
      "workspace.main/run.sh": "excluded:user",
      "workspace.main/MEMORY.md": "ok",
    });
    expect(entries.excluded).toBeGreaterThanOrEqual(2);
  });
});

describe("--dry-run", () => {
  it("says what would be taken and left out, and writes nothing anywhere", async () => {
    const world = await smallWorld();
    const before = walkTree(world.home);
    const { status, out, err } = await world.ocbak(["create", "--dry-run", "--json", "-o", world.archives]);
    expect([status, err]).toEqual([0, ""]);
    const report = JSON.parse(out) as CreateReport;
    expect(report).toMatchObject({ archive: null, sizeBytes: 0, verified: "none", complete: true });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ path: "state/logs", status: "excluded:logs" }),
    );
    expect(namesIn(world.archives)).toEqual([]);
    expect(walkTree(world.home)).toEqual(before);
  });

  it("names the same entries and bytes as the backup itself", async () => {
    const world = await smallWorld();
    const dry = JSON.parse((await world.ocbak(["create", "--dry-run", "--json"])).out) as CreateReport;
    const real = await create(world);
    expect(dry.entries).toEqual(real.entries);
    expect(dry.sections.map(({ entries }) => entries)).toEqual(real.sections.map(({ entries }) => entries));
  });
});

describe("the archive", () => {
  it("has mode 0600 whatever the umask, and its default name in a directory", async () => {
    const world = await smallWorld();
    const umask = process.umask(0);
    try {
      expect((await world.ocbak(["create", "--quiet", "-o", world.archives])).status).toBe(0);
    } finally {
      process.umask(umask);
    }
    const name = "openclaw-testhost-20260304T050607Z.ocbak";
    expect(namesIn(world.archives)).toEqual([name]);
    expect(statSync(join(world.archives, name)).mode & 0o7777).toBe(0o600);
  });

  it("goes to the current directory without -o; older ones are never taken by a backup", async () => {
    const world = await smallWorld();
    // The whole home is a workspace.
    plant(world.home, { ".openclaw/openclaw.json": "{ agents: { defaults: { workspace: '~' } } }" });
    writeFileSync(join(world.home, "older.ocbak"), "an archive");
    const file = join(world.archives, "a.ocbak");
    expect((await world.ocbak(["create", "--quiet", "-o", file])).status).toBe(0);
    const older = (await list(world, file)).find(({ path }) => path.endsWith("older.ocbak"));
    expect(older).toMatchObject({ status: "excluded:ocbak-archive" });
    plant(world.home, { ".openclaw/openclaw.json": "{}" });
    expect((await world.ocbak(["create", "--quiet"])).status).toBe(0);
    expect(namesIn(world.home)).toContain("openclaw-testhost-20260304T050607Z.ocbak");
  });

  it.each([
    ["a file that exists", "taken.ocbak", 26, "exists"],
    ["a directory that is missing", "no/such/a.ocbak", 10, "not-found"],
    ["a place below a file", "taken.ocbak/a.ocbak", 10, "not-found"],
  ])("is refused at %s, which stays as it is", async (_what, output, expected, code) => {
    const world = await smallWorld();
    writeFileSync(join(world.archives, "taken.ocbak"), "mine");
    const ran = await world.ocbak(["create", "--json", "-o", join(world.archives, output)]);
    expect(ran.status).toBe(expected);
    expect(JSON.parse(ran.err)).toMatchObject({
      error: { code, hint: expect.any(String) },
      exitStatus: expected,
    });
    expect(namesIn(world.archives)).toEqual(["taken.ocbak"]);
    expect(readFileSync(join(world.archives, "taken.ocbak"), "utf8")).toBe("mine");
  });

  it.each([".openclaw", ".openclaw/credentials", "projects/bob", ".openclaw/workspace/b.ocbak"])(
    "is refused inside what is backed up: %s",
    async (place) => {
      const world = await smallWorld();
      const before = walkTree(world.home);
      const ran = await world.ocbak(["create", "--json", "-o", join(world.home, place)]);
      expect(JSON.parse(ran.err)).toMatchObject({ error: { code: "output-inside-source" }, exitStatus: 26 });
      expect(walkTree(world.home)).toEqual(before);
    },
  );

  it("is refused inside what is backed up, reached through a link, too", async () => {
    const world = await smallWorld();
    plant(world.home, { way: { to: ".openclaw/credentials" } });
    for (const output of ["way", "way/a.bin"]) {
      const ran = await world.ocbak(["create", "--json", "-o", join(world.home, output)]);
      expect(JSON.parse(ran.err)).toMatchObject({ error: { code: "output-inside-source" }, exitStatus: 26 });
    }
  });

  it("streams to stdout with `-o -`, the report to stderr, and is a whole one", async () => {
    const world = await smallWorld();
    const { status, bytes, err } = await world.ocbak(["create", "--json", "-o", "-"]);
    expect(status).toBe(0);
    expect(JSON.parse(err)).toMatchObject({ archive: "-", verified: "none", sizeBytes: bytes.length });
    writeFileSync(join(world.archives, "a.ocbak"), bytes);
    expect(await world.ocbak(["verify", join(world.archives, "a.ocbak")])).toMatchObject({
      status: 0,
      out: expect.stringContaining(": full: "),
    });
  });

  it.each(["1", "12", "19"])("of compression level %s is whole", async (level) => {
    const world = await smallWorld();
    plant(world.home, { ".openclaw/agents/text": "again and again\n".repeat(50_000) });
    const { verified, sizeBytes } = await create(world, "--compression-level", level);
    expect(verified).toBe("full");
    expect(sizeBytes).toBeLessThan(200_000);
  });

  it("is not read back with --no-verify", async () => {
    const world = await smallWorld();
    expect((await create(world, "--no-verify")).verified).toBe("none");
  });
});

describe("a profile", () => {
  it("is backed up by --profile, with its name in the archive, and restored under it", async () => {
    const world = await smallWorld();
    plant(world.home, {
      ".openclaw-work/openclaw.json": "{}",
      ".openclaw-work/workspace/MEMORY.md": "w",
    });
    expect(await create(world, "--profile", "work")).toMatchObject({
      profile: "work",
      stateDir: join(world.home, ".openclaw-work"),
    });
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    expect(namesIn(world.newHome)).toEqual([".openclaw-work"]);
    await world.ocbak(["restore", "--quiet", "--profile", "other", "--home", world.newHome, archive]);
    expect(namesIn(world.newHome)).toEqual([".openclaw-other", ".openclaw-work"]);
  });

  it("is backed up by --state-dir and by OPENCLAW_STATE_DIR alike", async () => {
    const world = await makeWorld();
    const stateDir = join(world.home, "elsewhere");
    plant(stateDir, { "openclaw.json": "{}", "agents/a": "a" });
    const flag = await world.ocbak(["create", "--dry-run", "--json", "--state-dir", stateDir]);
    const env = { OPENCLAW_STATE_DIR: stateDir };
    const variable = await world.ocbak(["create", "--dry-run", "--json"], { env });
    for (const { out } of [flag, variable]) expect(JSON.parse(out)).toMatchObject({ stateDir });
  });
});

describe("a signed archive", () => {
  it("is authentic to who trusts the signer, full to others, and holds to --require-signature", async () => {
    const world = await smallWorld();
    const key = join(world.archives, "signing");
    writeFileSync(key, sshPrivateKey, { mode: 0o600 });
    const { file } = await create(world, "--signing-key", key);
    const verify = async (...argv: string[]): Promise<VerifyReport> =>
      JSON.parse((await world.ocbak(["verify", "--json", ...argv, file])).out) as VerifyReport;
    const trusted = ["--trusted-signer", sshPublicKey];
    expect(await verify(...trusted, "--require-signature")).toMatchObject({
      verdict: "authentic",
      signer: { key: sshPublicKey, trusted: true },
    });
    expect(await verify()).toMatchObject({ verdict: "full", signer: { key: sshPublicKey, trusted: false } });
  });

  it("is missed where --require-signature asks for it: 23 from verify and from restore", async () => {
    const world = await smallWorld();
    const { file } = await create(world);
    const asked = ["--trusted-signer", sshPublicKey, "--require-signature"];
    expect((await world.ocbak(["verify", ...asked, file])).status).toBe(23);
    expect((await world.ocbak(["restore", ...asked, "--home", world.newHome, file])).status).toBe(23);
    expect(namesIn(world.newHome)).toEqual([]);
  });
});

describe("tags", () => {
  it("stand in the archive, for everyone to see", async () => {
    const world = await smallWorld();
    const output = join(world.archives, "a.ocbak");
    const tags = ["before-update", "weekly"];
    await createBackup({ output, tags, sealing: { recipients: [world.recipient] } }, world.context());
    const { out } = await world.ocbak(["inspect", "--json", output], { keyless: true });
    expect((JSON.parse(out) as InspectReport).tags).toEqual(tags);
  });
});
