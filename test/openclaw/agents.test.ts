import { describe, expect, it } from "vitest";
import type { Workspace } from "../../src/openclaw/installation.ts";
import { type Asked, type Tree, locateIn, makeTree } from "./home.ts";

interface Case extends Asked {
  readonly promise: string;
  readonly config: string;
  readonly tree?: Tree;
  /** `agents@path`, with ` (missing)` where it does not exist. */
  readonly workspaces: readonly string[];
  readonly agents?: Readonly<Record<string, string>>;
}

const workspaceCases: readonly Case[] = [
  {
    promise: "a config without agents has one, main, in the default workspace",
    config: "{}",
    workspaces: ["main@~/.openclaw/workspace (missing)"],
    agents: { main: "~/.openclaw/agents/main/agent" },
  },
  {
    promise: "an empty list of agents has the implicit one too, so that its data is not lost",
    config: "{agents: {entries: {}}}",
    workspaces: ["main@~/.openclaw/workspace (missing)"],
  },
  {
    promise: "a sole agent owns the default workspace",
    config: "{agents: {entries: {molty: {}}}}",
    tree: { ".openclaw/workspace/": "" },
    workspaces: ["molty@~/.openclaw/workspace"],
    agents: { molty: "~/.openclaw/agents/molty/agent" },
  },
  {
    promise: "agents.defaults.workspace goes before the default, with ~",
    config: "{agents: {defaults: {workspace: '~/shared'}, entries: {molty: {}}}}",
    workspaces: ["molty@~/shared (missing)"],
  },
  {
    promise: "an agent's own workspace and agentDir go before everything, ~ and space included",
    config:
      "{agents: {defaults: {workspace: '~/shared'}, entries: {molty: {workspace: ' ~/mine ', agentDir: '~/dir'}}}}",
    workspaces: ["molty@~/mine (missing)"],
    agents: { molty: "~/dir" },
  },
  {
    promise: "of several agents without an owner each gets its own folder of the shared workspace",
    config: "{agents: {defaults: {workspace: '~/shared'}, entries: {molty: {}, scout: {}}}}",
    workspaces: ["molty@~/shared/molty (missing)", "scout@~/shared/scout (missing)"],
  },
  {
    promise: "of several agents without anything each has its own workspace in the state dir",
    config: "{agents: {entries: {molty: {}, scout: {}}}}",
    workspaces: [
      "molty@~/.openclaw/workspace-molty (missing)",
      "scout@~/.openclaw/workspace-scout (missing)",
    ],
  },
  {
    promise: "one agent marked as default owns the default workspace",
    config: "{agents: {entries: {molty: {}, scout: {default: true}}}}",
    workspaces: ["molty@~/.openclaw/workspace-molty (missing)", "scout@~/.openclaw/workspace (missing)"],
  },
  {
    promise: "a mark counts for nothing where ownership is explicit",
    config: "{agents: {ownership: 'explicit', entries: {molty: {}, scout: {default: true}}}}",
    workspaces: [
      "molty@~/.openclaw/workspace-molty (missing)",
      "scout@~/.openclaw/workspace-scout (missing)",
    ],
  },
  {
    promise: "in an old agents.list without a mark the first agent owns the default workspace",
    config: "{agents: {list: [{id: 'molty'}, {id: 'scout', workspace: '~/s'}]}}",
    workspaces: ["molty@~/.openclaw/workspace (missing)", "scout@~/s (missing)"],
  },
  {
    promise: "agents.entries hides an old agents.list",
    config: "{agents: {entries: {molty: {}}, list: [{id: 'scout'}]}}",
    workspaces: ["molty@~/.openclaw/workspace (missing)"],
  },
  {
    promise: "agent ids are brought into the form that OpenClaw uses in paths, the first of a kind wins",
    config: "{agents: {list: [{id: ' My Agent! '}, {id: 'my-agent', workspace: '~/second'}, {id: 'B_2'}]}}",
    workspaces: ["my-agent@~/.openclaw/workspace (missing)", "b_2@~/.openclaw/workspace-b_2 (missing)"],
    agents: { "my-agent": "~/.openclaw/agents/my-agent/agent", b_2: "~/.openclaw/agents/b_2/agent" },
  },
  {
    promise: "two agents with one workspace share it, also by different names of one directory",
    config:
      "{agents: {entries: {molty: {workspace: '~/ws'}, scout: {workspace: '~/link'}, other: {workspace: '~/ws/'}}}}",
    tree: { "ws/": "", link: { link: "HOME/ws" } },
    workspaces: ["molty,scout,other@~/ws"],
  },
  {
    promise: "OPENCLAW_WORKSPACE_DIR is the default workspace, and its ~ is no home",
    config: "{}",
    env: { OPENCLAW_WORKSPACE_DIR: "~/ws" },
    workspaces: ["main@~/~/ws (missing)"],
  },
  {
    promise: "OPENCLAW_PROFILE alone moves the default workspace",
    config: "{}",
    env: { OPENCLAW_PROFILE: "work" },
    workspaces: ["main@~/.openclaw-work/workspace (missing)"],
  },
  {
    promise: "with OPENCLAW_STATE_DIR the default workspace lies in it, whatever the profile",
    config: "{}",
    env: { OPENCLAW_PROFILE: "work", OPENCLAW_STATE_DIR: "~/.openclaw" },
    workspaces: ["main@~/.openclaw/workspace (missing)"],
  },
  {
    promise:
      "variables in paths come from the environment, then .env files, then the config; $${X} stays as it is",
    config:
      "{env: {vars: {C: 'c', B: 'no'}}, agents: {defaults: {workspace: '~/${A}/${B}/${G}/${C}/$${X}'}, entries: {m: {}}}}",
    tree: { ".openclaw/.env": "# x\nB=b\nA=no\n", ".config/openclaw/gateway.env": "export G='g'\nB=no" },
    env: { A: "a" },
    workspaces: ["m@~/a/b/g/c/${X} (missing)"],
  },
  {
    promise: "a workspace that is a file does not exist as one",
    config: "{agents: {defaults: {workspace: '~/file'}}}",
    tree: { file: "" },
    workspaces: ["main@~/file (missing)"],
  },
  {
    promise: "a setting of the wrong type is passed over and costs no other",
    config:
      "{agents: {defaults: 7, entries: {molty: {workspace: ['x']}, scout: {workspace: '~/s'}, third: null}}}",
    workspaces: ["molty@~/.openclaw/workspace-molty (missing)", "scout@~/s (missing)"],
  },
  {
    promise: "an entry of the wrong type in a list is passed over and costs no other",
    config: "{agents: {list: [7, {id: 'a'}, 'x', {id: 'b', workspace: '~/b'}]}}",
    workspaces: ["a@~/.openclaw/workspace (missing)", "b@~/b (missing)"],
  },
];

const show = ({ agents, path, exists }: Workspace) =>
  `${agents.join(",")}@${path}${exists ? "" : " (missing)"}`;

describe("workspaces and agents", () => {
  it.each(workspaceCases)("$promise", async (each) => {
    const home = await makeTree({ ".openclaw/openclaw.json": each.config, ...each.tree });
    const found = locateIn(home, each);
    expect(found.workspaces.map(show)).toEqual(each.workspaces);
    expect(Object.fromEntries(found.agents.map(({ id, agentDir }) => [id, agentDir]))).toMatchObject(
      each.agents ?? {},
    );
  });

  it("what is doubtful is said: a missing workspace, a wrong type, an unset variable", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json":
        "{agents: {defaults: {workspace: '${NO_SUCH}'}, list: 3}, gateway: {port: 'x'}}",
    });
    expect(locateIn(home).warnings.toSorted()).toEqual([
      "the config names a path with ${NO_SUCH}, which is set nowhere that ocbak can see",
      "the config needs NO_SUCH, which is in no file that is backed up: set it on the new machine",
      "the config's agents.list is not of the expected type and was passed over",
      "the config's gateway.port is not of the expected type and was passed over",
      "the workspace of agent main, ~/${NO_SUCH}, does not exist or cannot be reached",
    ]);
  });

  it("a client of a gateway elsewhere is loudly told that its sessions are there", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{gateway: {mode: 'remote', remote: {url: 'wss://nas:1'}}}",
    });
    const found = locateIn(home);
    expect(found.remote).toEqual({ url: "wss://nas:1" });
    expect(found.workspaces).toEqual([]);
    expect(found.warnings.join()).toMatch(/"remote".*gateway host \(wss:\/\/nas:1\).*NOT in a backup/);
  });
});

describe("$include", () => {
  it("is followed and merged: arrays in order, siblings win, lists are joined, files relative to the includer", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json":
        "{$include: ['./parts/a.json5', './parts/b.json5'], agents: {list: [{id: 'top'}]}, gateway: {port: 3}}",
      ".openclaw/parts/a.json5": "{agents: {$include: './deep.json5'}, gateway: {port: 1, mode: 'local'}}",
      ".openclaw/parts/deep.json5": "{list: [{id: 'deep', workspace: '~/deep'}]}",
      ".openclaw/parts/b.json5": "{gateway: {port: 2}, meta: {lastTouchedVersion: '2026.9.6'}}",
    });
    const found = locateIn(home);
    expect(found.agents.map(({ id }) => id)).toEqual(["deep", "top"]);
    expect(found.gatewayPort).toBe(3);
    expect(found.openclawVersion).toBe("2026.9.6");
  });

  it("a file outside the state dir is a root of its own, one inside is not", async () => {
    const home = await makeTree({
      "etc/oc.json": "{$include: ['./a.json', 'HOME/allowed/b.json', 'HOME/.openclaw/c.json']}",
      "etc/a.json": "{}",
      "allowed/b.json": "{}",
      ".openclaw/c.json": "{}",
    });
    const env = {
      OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json",
      OPENCLAW_INCLUDE_ROOTS: "~/allowed:HOME/.openclaw",
    };
    expect(locateIn(home, { env }).roots.map(({ id, path }) => `${id}=${path}`)).toEqual([
      "state=~/.openclaw",
      "config=~/etc/oc.json",
      "config.include-1=~/etc/a.json",
      "config.include-2=~/allowed/b.json",
    ]);
  });

  const refused = [
    { promise: "a missing file", include: "./none.json", said: "does not exist" },
    { promise: "a file outside", include: "HOME/secret.json", said: "lies outside" },
    { promise: "a link that leads outside", include: "./link.json", said: "lies outside" },
    { promise: "a circle", include: "./openclaw.json", said: "includes itself" },
    { promise: "a directory", include: "./dir", said: "is no file" },
  ];
  it.each(refused)("is not followed but said to be missing: $promise", async ({ include, said }) => {
    const home = await makeTree({
      ".openclaw/openclaw.json": `{$include: '${include}', gateway: {port: 9}}`,
      ".openclaw/link.json": { link: "HOME/secret.json" },
      ".openclaw/dir/": "",
      "secret.json": "{meta: {lastTouchedVersion: 'leaked'}}",
    });
    const found = locateIn(home);
    expect({ port: found.gatewayPort, version: found.openclawVersion }).toEqual({ port: 9, version: null });
    expect(found.warnings.join()).toContain(said);
  });
});
