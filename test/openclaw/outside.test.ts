import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { Installation } from "../../src/openclaw/installation.ts";
import { exclusionRulesOf } from "../../src/openclaw/classes/exclusions.ts";
import { locateIn, makeTree } from "./home.ts";

/** What lies outside, below the home. */
function outsideOf({ outside }: Installation): string[] {
  return outside.filter((one) => one.path.startsWith("~")).map((one) => `${one.path}: ${one.why}`);
}

function register(home: string, rows: readonly [agent: string, stored: string][]): void {
  fs.mkdirSync(path.join(home, ".openclaw/state"), { recursive: true });
  const db = new DatabaseSync(path.join(home, ".openclaw/state/openclaw.sqlite"));
  db.exec("create table agent_databases (agent_id text, path text)");
  for (const row of rows) db.prepare("insert into agent_databases values (?, ?)").run(...row);
  db.close();
}

describe("what links of a workspace lead to", () => {
  it("is listed where agents keep what they know, if it lies in no root", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{}",
      ".openclaw/workspace/memory": { link: "HOME/vault" },
      ".openclaw/workspace/skills/x": { link: "HOME/src/x" },
      ".openclaw/workspace/inside.md": { link: "HOME/.openclaw/y" },
      ".openclaw/workspace/dangling.md": { link: "HOME/nothing" },
      ".openclaw/y": "",
      "vault/": "",
      "src/x/SKILL.md": "",
    });
    expect(outsideOf(locateIn(home))).toEqual([
      "~/src/x: the link ~/.openclaw/workspace/skills/x leads to it: a backup has the link alone",
      "~/vault: the link ~/.openclaw/workspace/memory leads to it: a backup has the link alone",
    ]);
  });
});

describe("what the config names and a backup does not take", () => {
  it("is listed with the setting and the reason, if it exists and lies in no root", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": `{
        logging: {file: '~/logs/oc.log'},
        browser: {profiles: {me: {userDataDir: '~/chrome'}}},
        mcp: {servers: {x: {command: '~/bin/x', args: ['--db', '~/x.db', '~/gone'], cwd: '~/repo'}}},
        channels: {signal: {configPath: '~/signal', cliPath: '~/.openclaw/inside'}},
        plugins: {load: {paths: ['~/repo/plugin']}},
        secrets: {providers: {d: {path: '~/repo'}}},
        gateway: {remote: {sshIdentity: '~/.ssh/id'}},
        other: {thing: '~/thing', root: '/', word: 'thing'}}`,
      ".openclaw/inside": "",
      ".ssh/id": "",
      "logs/oc.log": "",
      "chrome/": "",
      "bin/x": "",
      "x.db": "",
      "repo/.git/HEAD": "",
      "repo/plugin/": "",
      "signal/": "",
      thing: "",
    });
    expect(outsideOf(locateIn(home))).toEqual([
      "~/.ssh/id: an SSH key, by the config's gateway.remote.sshIdentity: the user's own",
      "~/bin/x: a program or what it needs, by the config's mcp.servers.x.command: to be installed on the new machine",
      "~/chrome: a browser's own data, by the config's browser.profiles.me.userDataDir: its cookies open on this machine only",
      "~/logs/oc.log: a log, by the config's logging.file: it grows without bound",
      "~/repo: a folder that agents work in, by the config's mcp.servers.x.cwd: not OpenClaw's own",
      "~/repo/plugin: a plugin, by the config's plugins.load.paths.*: it lies in a git checkout, which brings it back",
      "~/signal: data of another program, by the config's channels.signal.configPath: back it up with that program's own means",
      "~/thing: a path, by the config's other.thing: not known as data of OpenClaw",
      "~/x.db: a program or what it needs, by the config's mcp.servers.x.args.*: to be installed on the new machine",
    ]);
  });

  it("is what the machine has of its own: certificates, and what it makes at each start", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json":
        "{gateway: {tls: {certPath: '/etc/passwd'}}, secrets: {providers: {a: {path: '/proc/version'}}}}",
    });
    const { roots, outside } = locateIn(home);
    expect(roots.map(({ id }) => id)).toEqual(["state"]);
    expect(outside).toEqual(
      expect.arrayContaining([
        {
          path: "/etc/passwd",
          why: "the gateway's TLS, by the config's gateway.tls.certPath: it belongs to this machine",
        },
        {
          path: "/proc/version",
          why: "the file of a secrets provider, by the config's secrets.providers.a.path: the system makes it at each start",
        },
      ]),
    );
  });

  it.each(["~", "/", "~/.openclaw/..", "~/data"])(
    "is %s as a place of notes: it holds too much",
    async (at) => {
      const home = await makeTree({
        ".openclaw/openclaw.json": `{memory: {search: {extraPaths: ['${at}']}}, agents: {entries: {a: {agentDir: '~/data/a'}}}}`,
        "data/a/": "",
      });
      const found = locateIn(home);
      expect(found.roots.map(({ id }) => id)).not.toContain("memory-path-1");
      expect(found.warnings.join()).toContain("it holds the home or a part of the installation");
    },
  );

  it("is warned of where it should be taken and is missing", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json":
        "{secrets: {providers: {d: {path: '~/gone'}}}, memory: {search: {extraPaths: ['gone']}}}",
      ".openclaw/workspace/": "",
    });
    expect(locateIn(home).warnings).toEqual([
      "~/gone does not exist or cannot be reached: the file of a secrets provider, by the config's secrets.providers.d.path",
      "~/.openclaw/workspace/gone does not exist or cannot be reached: more memory, by the config's memory.search.extraPaths.*",
    ]);
  });

  it("a plugin's packages are left out, as in the state dir", () => {
    const rules = exclusionRulesOf({ id: "plugin-path-1", kind: "plugin" });
    expect(rules.map(({ pattern }) => pattern)).toContain("**/node_modules");
  });
});

it("a key of old auth profiles that only the environment has is warned of", async () => {
  const home = await makeTree({ ".openclaw/credentials/auth-profiles/a.json": "{}" });
  const env = { OPENCLAW_AUTH_PROFILE_SECRET_KEY: "k" };
  expect(locateIn(home, { env }).warnings.join()).toContain("stands in the environment only");
  expect(locateIn(home).warnings.join()).not.toContain("stands in the environment only");
});

describe("the registry of agent databases", () => {
  it("makes databases outside every root roots of their own", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{}",
      ".openclaw/agents/main/agent/openclaw-agent.sqlite": "",
      "away/old.sqlite": "",
      "away/other.txt": "",
    });
    register(home, [
      ["main", "agents/main/agent/openclaw-agent.sqlite"],
      ["old", path.join(home, "away/old.sqlite")],
      ["deleted", "agents/deleted/agent/openclaw-agent.sqlite"],
      ["gone", "/nonexistent/x.sqlite"],
    ]);
    const found = locateIn(home);
    expect(found.roots.map(({ id, path, kind }) => [id, path, kind])).toEqual([
      ["state", "~/.openclaw", "state"],
      ["agent-database-2", "~/away/old.sqlite", "agent"],
    ]);
    expect(found.warnings).toContain(
      "the database /nonexistent/x.sqlite of agent gone does not exist or cannot be reached",
    );
    expect(fs.readdirSync(path.join(home, ".openclaw/state"))).toEqual(["openclaw.sqlite"]);
  });

  it("that cannot be read is a warning", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{}",
      ".openclaw/state/openclaw.sqlite": "no database at all".repeat(100),
    });
    expect(locateIn(home).warnings.join()).toMatch(/the registry of agent databases in .* cannot be read \(/);
  });
});
