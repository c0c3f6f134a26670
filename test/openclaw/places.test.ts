import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Asked, type Tree, locate, locateIn, makeTree } from "./home.ts";

interface Case extends Asked {
  readonly promise: string;
  readonly tree: Tree;
  readonly places: {
    readonly profile?: string | null;
    readonly home?: string;
    readonly stateDir?: string;
    readonly configFile?: string | null;
    readonly configDir?: string;
    readonly credentialsDir?: string;
  };
}

const standard = { ".openclaw/openclaw.json": "{}", ".openclaw/state/openclaw.sqlite": "" };
const both = { ...standard, ".openclaw-work/openclaw.json": "{}", ".openclaw-work/state/": "" };

const cases: readonly Case[] = [
  {
    promise: "the default installation is ~/.openclaw",
    tree: standard,
    places: {
      profile: null,
      home: "~",
      stateDir: "~/.openclaw",
      configFile: "~/.openclaw/openclaw.json",
      configDir: "~/.openclaw",
      credentialsDir: "~/.openclaw/credentials",
    },
  },
  {
    promise: "OPENCLAW_HOME is where .openclaw lies, not the state dir itself",
    tree: { "other/.openclaw/openclaw.json": "{}", ...standard },
    env: { OPENCLAW_HOME: "HOME/other" },
    places: { home: "~/other", stateDir: "~/other/.openclaw", configFile: "~/other/.openclaw/openclaw.json" },
  },
  {
    promise: "~ in OPENCLAW_HOME is the home of the user",
    tree: { "other/.openclaw/openclaw.json": "{}" },
    env: { OPENCLAW_HOME: "~/other" },
    places: { stateDir: "~/other/.openclaw" },
  },
  {
    promise: 'an OPENCLAW_HOME of "undefined" counts as unset',
    tree: standard,
    env: { OPENCLAW_HOME: " undefined " },
    places: { stateDir: "~/.openclaw" },
  },
  {
    promise: "OPENCLAW_STATE_DIR is trimmed and ~ expanded against OPENCLAW_HOME",
    tree: { "other/state-here/openclaw.json": "{}" },
    env: { OPENCLAW_HOME: "HOME/other", OPENCLAW_STATE_DIR: "  ~/state-here " },
    places: { stateDir: "~/other/state-here", configFile: "~/other/state-here/openclaw.json" },
  },
  {
    promise: "a relative OPENCLAW_STATE_DIR counts from the current directory",
    tree: { "x/openclaw.json": "{}" },
    env: { OPENCLAW_STATE_DIR: "x" },
    places: { stateDir: "~/x" },
  },
  {
    promise: "the old ~/.clawdbot serves where there is no ~/.openclaw",
    tree: { ".clawdbot/clawdbot.json": "{}" },
    places: { profile: null, stateDir: "~/.clawdbot", configFile: "~/.clawdbot/clawdbot.json" },
  },
  {
    promise: "~/.moltbot is never looked at",
    tree: { ...standard, ".moltbot/openclaw.json": "{}" },
    places: { stateDir: "~/.openclaw" },
  },
  {
    promise: "an empty ~/.openclaw takes its config from ~/.clawdbot, as OpenClaw does",
    tree: { ".openclaw/": "", ".clawdbot/clawdbot.json": "{}" },
    places: { stateDir: "~/.openclaw", configFile: "~/.clawdbot/clawdbot.json" },
  },
  {
    promise: "a state dir may hold its config under the old name",
    tree: { "srv/clawdbot.json": "{}" },
    env: { OPENCLAW_STATE_DIR: "HOME/srv" },
    places: { configFile: "~/srv/clawdbot.json" },
  },
  {
    promise: "with OPENCLAW_STATE_DIR alone, the config dir is the state dir",
    tree: { "srv/openclaw.json": "{}" },
    env: { OPENCLAW_STATE_DIR: "HOME/srv" },
    places: { configDir: "~/srv", credentialsDir: "~/srv/credentials" },
  },
  {
    promise: "a state dir by variable without a config has none: it never borrows that of ~/.openclaw",
    tree: { ...standard, "srv/state/": "" },
    env: { OPENCLAW_STATE_DIR: "HOME/srv" },
    places: { stateDir: "~/srv", configFile: null },
  },
  {
    promise: "a state dir by flag without a config has none either",
    tree: { ...standard, "srv/state/": "" },
    stateDir: "HOME/srv",
    places: { stateDir: "~/srv", configFile: null },
  },
  {
    promise: "OPENCLAW_CONFIG_PATH alone splits config dir and state dir",
    tree: { ...standard, "etc/oc.json5": "{}" },
    env: { OPENCLAW_CONFIG_PATH: "~/etc/oc.json5" },
    places: { stateDir: "~/.openclaw", configFile: "~/etc/oc.json5", configDir: "~/etc" },
  },
  {
    promise: "with OPENCLAW_STATE_DIR and OPENCLAW_CONFIG_PATH the config dir is the state dir",
    tree: { "srv/state/": "", "etc/oc.json5": "{}" },
    env: {
      OPENCLAW_STATE_DIR: "HOME/srv",
      OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json5",
      OPENCLAW_OAUTH_DIR: "~/oauth",
    },
    places: {
      stateDir: "~/srv",
      configFile: "~/etc/oc.json5",
      configDir: "~/srv",
      credentialsDir: "~/oauth",
    },
  },
  {
    promise: "a config path that leads nowhere means no config, also where the state dir holds one",
    tree: standard,
    env: { OPENCLAW_CONFIG_PATH: "HOME/nowhere.json" },
    places: { configFile: null },
  },
  {
    promise: "--profile names ~/.openclaw-<name>",
    tree: both,
    profile: "work",
    places: { profile: "work", stateDir: "~/.openclaw-work", configFile: "~/.openclaw-work/openclaw.json" },
  },
  {
    promise: "a profile name keeps its case",
    tree: { ...both, ".openclaw-Work/openclaw.json": "{}" },
    profile: "Work",
    places: { profile: "Work", stateDir: "~/.openclaw-Work" },
  },
  {
    promise: "--profile default is the default installation, also in the shell of another profile",
    tree: both,
    profile: "default",
    env: {
      OPENCLAW_PROFILE: "work",
      OPENCLAW_STATE_DIR: "HOME/.openclaw-work",
      OPENCLAW_CONFIG_PATH: "HOME/.openclaw-work/openclaw.json",
    },
    places: { profile: null, stateDir: "~/.openclaw", configFile: "~/.openclaw/openclaw.json" },
  },
  {
    promise: "--profile leaves an OPENCLAW_STATE_DIR alone that is no profile's own",
    tree: { ...both, "srv/openclaw.json": "{}" },
    profile: "work",
    env: { OPENCLAW_STATE_DIR: "HOME/srv" },
    places: { profile: "work", stateDir: "~/srv", configFile: "~/srv/openclaw.json" },
  },
  {
    promise: "--profile leaves an OPENCLAW_CONFIG_PATH alone that is no profile's own",
    tree: { ...both, "etc/oc.json": "{}" },
    profile: "work",
    env: { OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json" },
    places: { stateDir: "~/.openclaw-work", configFile: "~/etc/oc.json" },
  },
  {
    promise: "OPENCLAW_PROFILE alone moves neither state dir nor config",
    tree: both,
    env: { OPENCLAW_PROFILE: "work" },
    places: { profile: null, stateDir: "~/.openclaw", configFile: "~/.openclaw/openclaw.json" },
  },
  {
    promise: "a profile is known by its state dir, however that was named",
    tree: both,
    env: { OPENCLAW_STATE_DIR: "HOME/.openclaw-work" },
    places: { profile: "work", stateDir: "~/.openclaw-work" },
  },
  {
    promise: "a service's own variables name its profile and its state dir elsewhere",
    tree: { "srv/openclaw.json": "{}" },
    env: { OPENCLAW_STATE_DIR: "HOME/srv", OPENCLAW_PROFILE: "work" },
    places: { profile: "work", stateDir: "~/srv" },
  },
  {
    promise: "--state-dir wins over OPENCLAW_STATE_DIR, and its own config over OPENCLAW_CONFIG_PATH",
    tree: { ...both, "etc/oc.json": "{}", "copy/openclaw.json": "{}" },
    stateDir: "HOME/copy",
    env: {
      OPENCLAW_STATE_DIR: "HOME/.openclaw-work",
      OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json",
      OPENCLAW_OAUTH_DIR: "HOME/oauth",
      OPENCLAW_PROFILE: "work",
    },
    places: {
      profile: null,
      stateDir: "~/copy",
      configFile: "~/copy/openclaw.json",
      credentialsDir: "~/copy/credentials",
    },
  },
  {
    promise: "--state-dir of a directory without a config goes with OPENCLAW_CONFIG_PATH",
    tree: { "srv/state/": "", "etc/oc.json": "{}" },
    stateDir: "HOME/srv",
    env: { OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json", OPENCLAW_OAUTH_DIR: "HOME/oauth" },
    places: { stateDir: "~/srv", configFile: "~/etc/oc.json", credentialsDir: "~/oauth" },
  },
];

describe("the places of an installation", () => {
  it.each(cases)("$promise", async (each) => {
    const home = await makeTree(each.tree);
    expect(locateIn(home, each)).toMatchObject(each.places);
  });

  it("a home comes from the system where no variable names it", async () => {
    const home = await makeTree(standard);
    const { locateInstallation } = await import("../../src/openclaw/locate.ts");
    expect(locateInstallation({}, { env: {}, osHomeDir: home, cwd: "/" }).stateDir).toBe(
      path.join(home, ".openclaw"),
    );
  });

  it("names the gateway's port by variable, config, profile or default", async () => {
    const home = await makeTree({ ...both, "srv/openclaw.json": "{gateway: {port: 4000}}" });
    const port = (asked: Asked) => locate(home, asked).gatewayPort;
    expect({
      default: port({}),
      // The port a real `openclaw --profile work` chose.
      profile: port({ profile: "work" }),
      dev: port({ profile: "dev", env: { OPENCLAW_STATE_DIR: "HOME/.openclaw-work" } }),
      config: port({ stateDir: "HOME/srv" }),
      variable: port({ stateDir: "HOME/srv", env: { OPENCLAW_GATEWAY_PORT: "0.0.0.0:5000" } }),
      bracketed: port({ env: { OPENCLAW_GATEWAY_PORT: "[::1]:5000" } }),
      nonsense: port({ env: { OPENCLAW_GATEWAY_PORT: "99999" } }),
    }).toEqual({
      default: 18789,
      profile: 41984,
      dev: 19001,
      config: 4000,
      variable: 5000,
      bracketed: 5000,
      nonsense: 18789,
    });
  });
});

describe("what cannot be located", () => {
  const failures: readonly (Asked & { promise: string; tree: Tree; code: string; hint: RegExp })[] = [
    {
      promise: "an empty home, with what was looked for",
      tree: {},
      code: "no-installation",
      hint: /looked for ~\/\.openclaw and ~\/\.openclaw\/openclaw\.json.*no other state dir/,
    },
    {
      promise: "a home that only has profiles, naming them",
      tree: { ".openclaw-work/openclaw.json": "{}", ".openclaw-auth-profile-secrets/x": "" },
      code: "no-installation",
      hint: /other state dirs: ~\/\.openclaw-work;/,
    },
    {
      promise: "a directory that is no state dir",
      tree: { "Documents/letter.txt": "" },
      stateDir: "HOME/Documents",
      code: "no-installation",
      hint: /looked for ~\/Documents/,
    },
    {
      promise: "a profile that does not exist, naming those that do",
      tree: both,
      profile: "home",
      code: "unknown-profile",
      hint: /profiles in ~: work$/,
    },
    {
      promise: "a profile name with a slash",
      tree: both,
      profile: "a/b",
      code: "bad-profile-name",
      hint: /letters/,
    },
    {
      promise: "a profile name in the environment that OpenClaw refuses",
      tree: both,
      env: { OPENCLAW_PROFILE: "../x" },
      code: "bad-profile-name",
      hint: /letters/,
    },
    {
      promise: "a config that is not JSON5, naming OpenClaw's own good copy",
      tree: { ".openclaw/openclaw.json": '{\n  "gateway": {]', ".openclaw/openclaw.json.last-good": "{}" },
      code: "bad-config",
      hint: /OPENCLAW_CONFIG_PATH=~\/\.openclaw\/openclaw\.json\.last-good/,
    },
    {
      promise: "a config that holds no object",
      tree: { ".openclaw/openclaw.json": "[]" },
      code: "bad-config",
      hint: /fix it, or/,
    },
    {
      promise: "an included file that is not JSON5",
      tree: { ".openclaw/openclaw.json": '{$include: "./a.json5"}', ".openclaw/a.json5": "{" },
      code: "bad-config",
      hint: /fix it/,
    },
  ];
  it.each(failures)("is refused with a hint: $promise", async (each) => {
    const home = await makeTree(each.tree);
    const error = failure(() => locate(home, each));
    expect(error.code).toBe(each.code);
    expect(error.hint.replaceAll(home, "~")).toMatch(each.hint);
  });

  it("a broken config is refused with line and column, and without its text, which may be a token", async () => {
    const home = await makeTree({ ".openclaw/openclaw.json": '{\n  "token": §hunter2,\n}' });
    const error = failure(() => locate(home));
    expect(error.message).toMatch(/line 2, column 12$/);
    expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toMatch(/§|hunter2/);
  });
});

function failure(act: () => unknown): Error & { code: string; hint: string } {
  try {
    act();
  } catch (error) {
    return error as Error & { code: string; hint: string };
  }
  throw new Error("nothing was refused");
}
