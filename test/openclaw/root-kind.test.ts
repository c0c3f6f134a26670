import { describe, expect, it } from "vitest";
import { kindOfRootId } from "../../src/openclaw/root-kind.ts";
import { type Asked, type Tree, locate, makeTree } from "./home.ts";

interface World extends Asked {
  readonly tree: Tree;
}

/** Between them they have a root of every kind, by every name. */
const worlds: Readonly<Record<string, World>> = {
  "whose config names a lot": {
    tree: {
      ".openclaw/openclaw.json": `{
        secrets: {providers: {a: {source: 'file', path: '~/keys/a.json'}}},
        memory: {search: {extraPaths: ['~/notes']}},
        skills: {load: {extraDirs: ['~/skills']}},
        plugins: {load: {paths: ['~/plugin']}},
        hooks: {internal: {load: {extraDirs: ['~/hooks']}}},
        session: {store: '~/data/{agentId}/sessions.json'},
        agents: {entries: {'Ä b': {workspace: '~/ws', agentDir: '~/ext'}}},
      }`,
      "keys/a.json": "{}",
      "notes/": "",
      "skills/": "",
      "plugin/": "",
      "hooks/": "",
      "ext/": "",
      "ws/": "",
      "data/\u00e4-b/openclaw-agent.sqlite": "",
      ".openclaw/skills/a": { link: "HOME/src/a" },
      "src/a/SKILL.md": "",
      ".agents/skills/shared/SKILL.md": "",
      ".config/openclaw/gateway.env": "",
      ".openclaw-auth-profile-secrets/auth-profile-secret-key": "",
    },
  },
  "that is spread by variables": {
    tree: {
      "srv/state/": "",
      "etc/oc.json": "{$include: './more.json'}",
      "etc/oc.json.bak": "",
      "etc/more.json": "{}",
      "etc/skills/x": "",
      "etc/hooks/transforms/x": "",
      "oauth/x": "",
    },
    env: {
      OPENCLAW_STATE_DIR: "~/srv",
      OPENCLAW_CONFIG_PATH: "~/etc/oc.json",
      OPENCLAW_OAUTH_DIR: "~/oauth",
    },
  },
};

describe("the kind of a root", () => {
  it.each(Object.entries(worlds))(
    "is told by its id, in an installation %s",
    async (_what, { tree, ...asked }) => {
      const home = await makeTree(tree);
      const { roots } = locate(home, asked);
      expect(roots.length).toBeGreaterThan(3);
      expect(roots.map(({ id }) => [id, kindOfRootId(id)])).toEqual(roots.map(({ id, kind }) => [id, kind]));
    },
  );

  it("of a database that OpenClaw's registry names is that of an agent, and of no id is it guessed", async () => {
    expect(kindOfRootId("agent-database-1")).toBe("agent");
    for (const id of ["states", "workspace", "x", "agent", "credentials.x"])
      expect(kindOfRootId(id)).toBeUndefined();
  });
});
