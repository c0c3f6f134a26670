import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import type { ShowReport } from "../../src/backup/show.ts";
import { run } from "../../src/cli/run.ts";
import { testCli } from "../support/cli.ts";
import { secretMarker, smallInstallation } from "../support/installation.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { agentDatabase, plantOwnDatabase } from "../support/openclaw-databases.ts";
import { giveTo } from "../support/program.ts";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type Ran, type World } from "../support/world.ts";

/*
 * One by one the pitfalls that OpenClaw's migration guide warns of under its own headings, and what ocbak does about each.
 */

let world: World;
let archive: string;

beforeEach(async () => {
  world = await makeWorld();
  archive = join(world.archives, "a.ocbak");
});

const there = (...path: readonly string[]): string => join(world.newHome, ...path);
const text = (...path: readonly string[]): string => readFileSync(there(...path), "utf8");

async function create(...args: readonly string[]): Promise<CreateReport> {
  return JSON.parse(await done(world.ocbak(["create", "--json", "-o", archive, ...args]))) as CreateReport;
}

async function restore(...args: readonly string[]): Promise<RestoreReport> {
  const argv = ["restore", "--json", "--home", world.newHome, ...args, archive];
  return JSON.parse(await done(world.ocbak(argv))) as RestoreReport;
}

async function done(running: Promise<Ran>): Promise<string> {
  const { status, out, err } = await running;
  if (status !== 0) throw new Error(err);
  return out;
}

/** What the new machine's OpenClaw would use, told by what finds an installation for a backup. */
async function showThere(...args: readonly string[]): Promise<ShowReport> {
  const cli = testCli({ home: world.newHome });
  expect(await run(["show", "--json", ...args], cli.io)).toBe(0);
  return JSON.parse(cli.out()) as ShowReport;
}

describe("profile or state dir mismatch", () => {
  const profiles: Tree = {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/credentials/who": "default",
    ".openclaw-work/openclaw.json": "{}",
    ".openclaw-work/credentials/who": "work",
    ".openclaw-work/workspace/MEMORY.md": "at work",
  };

  it("every profile is taken, and each comes back as the profile that it was", async () => {
    plant(world.home, profiles);
    const all = await done(world.ocbak(["create", "--json", "--all-profiles", "-o", world.archives]));
    const { backups } = JSON.parse(all) as {
      backups: readonly { profile: string | null; report: CreateReport }[];
    };
    expect(backups.map(({ profile }) => profile)).toEqual([null, "work"]);
    for (const { report } of backups) {
      archive = report.archive!;
      await restore();
    }
    for (const [who, flags] of [
      ["default", []],
      ["work", ["--profile", "work"]],
    ] as const) {
      const { stateDir } = await showThere(...flags);
      expect(readFileSync(join(stateDir.path, "credentials/who"), "utf8")).toBe(who);
    }
  });

  it("one profile can become another, and the steps that are left name that one", async () => {
    plant(world.home, profiles);
    await create("--profile", "work");
    const asWork = await restore();
    expect(asWork.hints).toContainEqual(expect.stringContaining("openclaw --profile work doctor"));
    const asDefault = await restore("--profile", "default");
    expect(asDefault.hints).toContainEqual(expect.stringMatching(/: openclaw doctor/));
    expect([text(".openclaw/credentials/who"), text(".openclaw/workspace/MEMORY.md")]).toEqual([
      "work",
      "at work",
    ]);
  });

  it("what lay where OPENCLAW_STATE_DIR said goes where OpenClaw looks without it", async () => {
    plant(world.home, { "srv/claw/openclaw.json": "{}", "srv/claw/credentials/who": "srv" });
    const env = { OPENCLAW_STATE_DIR: join(world.home, "srv/claw") };
    await done(world.ocbak(["create", "-o", archive], { env }));
    await restore();
    expect([(await showThere()).stateDir.path, text(".openclaw/credentials/who")]).toEqual([
      there(".openclaw"),
      "srv",
    ]);
  });

  it("where it goes elsewhere, the steps that are left say how OpenClaw is told", async () => {
    plant(world.home, profiles);
    await create();
    const elsewhere = there("srv/my claw");
    const { hints } = await restore("--state-dir", elsewhere);
    const commands = hints.filter((hint) => /openclaw (doctor|gateway)/.test(hint));
    const [doctor] = hints.flatMap((hint) => /^as the owner: (.*) doctor$/.exec(hint)?.[1] ?? []);
    expect(commands.length).toBeGreaterThan(1);
    const asked = execFileSync("sh", ["-c", doctor!.replace(/openclaw$/, "env")], { encoding: "utf8" });
    expect(asked).toContain(`OPENCLAW_STATE_DIR=${elsewhere}\n`);
  });
});

describe("only openclaw.json copied", () => {
  const whole: Tree = {
    ".openclaw/openclaw.json": "{ agents: { list: [{ id: 'main' }] } }",
    ".openclaw/credentials/whatsapp/default/creds.json": "{}",
    ".openclaw/agents/main/agent/auth-profiles.json": '{"profiles":{}}',
    ".openclaw/agents/main/sessions/one.jsonl": "{}\n",
    ".openclaw/workspace/MEMORY.md": "memory",
  };
  const database = ".openclaw/agents/main/agent/openclaw-agent.sqlite";

  it("all of the state dir and the workspaces comes along, over such a copy, too, which is kept", async () => {
    plant(world.home, whole);
    plantOwnDatabase(join(world.home, database), agentDatabase("main", 3));
    await create();
    plant(world.newHome, { ".openclaw/openclaw.json": "{ copied: true }" });
    const refused = await world.ocbak(["restore", "--home", world.newHome, archive]);
    expect([refused.status, refused.err]).toEqual([26, expect.stringMatching(/hint: --replace /)]);
    const { targets, checks } = await restore("--replace");
    for (const path of Object.keys(whole).slice(1)) expect([path, text(path)]).toEqual([path, whole[path]]);
    const rows = (home: string): string | undefined =>
      walkTree(home)[database]?.split(" ").slice(0, 4).join(" ");
    expect(rows(world.newHome)).toBe(rows(world.home));
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const kept = targets.find(({ root }) => root === "state")!.replaced!;
    expect(readFileSync(join(kept, "openclaw.json"), "utf8")).toBe("{ copied: true }");
  });
});

describe.runIf(canBecomeNobody)("permissions and owner", () => {
  it("root is asked whose it shall be, and then its user can read all of it, and nobody else the private parts", async () => {
    plant(world.home, smallInstallation);
    await create();
    giveTo(world.newHome);
    const argv = ["restore", "-i", world.identityFile, archive];
    const refused = await world.ocbak(argv, { env: { SUDO_USER: "nobody" } });
    const hint = /^ocbak: hint: (--owner \S+)$/m.exec(refused.err);
    expect([refused.status, hint?.[1]]).toEqual([26, "--owner nobody"]);
    const flags = ["--owner", "65534:65534", "--json", "--home", world.newHome];
    const report = JSON.parse(await done(world.ocbak([...argv, ...flags]))) as RestoreReport;
    expect(report.checks.find(({ name }) => name === "owner")!.ok).toBe(true);
    const find = (...tests: readonly string[]): string =>
      execFileSync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "find", ".", ...tests], {
        cwd: world.newHome,
        encoding: "utf8",
      });
    expect(find("-not", "-user", "65534", "-o", "-not", "-readable", "-o", "-not", "-writable")).toBe("");
    const isPrivate = ["-path", "./.openclaw*", "-not", "-path", "./.openclaw/workspace*"];
    expect(find(...isPrivate, "-perm", "/077")).toBe("");
    expect(lstatSync(there(".openclaw/openclaw.json")).mode & 0o777).toBe(0o600);
    expect(lstatSync(there(".openclaw/workspace/run.sh")).mode & 0o111).toBe(0o111);
  });
});

describe("remote mode", () => {
  const config = '{ gateway: { mode: "remote", remote: { url: "wss://gateway.example:18789" } } }';

  it("is told before a backup, at the backup and at the restore: the data is on the gateway's machine", async () => {
    plant(world.home, { ".openclaw/openclaw.json": config });
    const shown = JSON.parse(await done(world.ocbak(["show", "--json"]))) as ShowReport;
    expect(shown.remote).toEqual({ url: "wss://gateway.example:18789" });
    const warning = expect.stringMatching(
      /wss:\/\/gateway\.example:18789.*NOT in a backup of this machine/,
    ) as string;
    expect(shown.warnings).toContainEqual(warning);
    expect((await create()).warnings).toContainEqual(warning);
    expect((await restore()).warnings).toContainEqual(expect.stringContaining("wss://gateway.example:18789"));
  });

  it("is not told of a gateway that is this machine's", async () => {
    plant(world.home, smallInstallation);
    const { warnings } = await create();
    expect([...warnings, ...(await restore()).warnings].filter((one) => one.includes("remote"))).toEqual([]);
  });
});

describe("secrets in backups", () => {
  it("an archive without a key is not made; with one nothing secret is readable in it, nor can it be restored by others", async () => {
    plant(world.home, smallInstallation);
    const keyless = await world.ocbak(["create", "-o", archive], { keyless: true });
    expect([keyless.status, namesIn(world.archives)]).toEqual([2, []]);
    await create();
    expect(lstatSync(archive).mode & 0o777).toBe(0o600);
    expect(readFileSync(archive).includes(secretMarker)).toBe(false);
    const listed = await done(world.ocbak(["ls", archive], { keyless: true }));
    expect(listed).not.toMatch(/oauth|auth-profiles|openclaw\.json|\.env/);
    const stranger = await world.ocbak(["restore", "--home", world.newHome, archive], { keyless: true });
    expect([stranger.status, stranger.err, namesIn(world.newHome)]).toEqual([
      12,
      expect.stringMatching(/^ocbak: hint: /m),
      [],
    ]);
  });

  it("after a restore one is told to replace keys that others may have read", async () => {
    plant(world.home, smallInstallation);
    await create();
    const { hints } = await restore();
    expect(hints).toContainEqual(expect.stringContaining("rotate the keys"));
    expect(existsSync(there(".openclaw/workspace/.env"))).toBe(true);
  });
});
