import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRootId } from "../../src/format/entry-path.ts";
import { rootIdOf } from "../../src/openclaw/installation.ts";
import { type Asked, type Tree, locateIn, makeTree } from "./home.ts";

interface Case extends Asked {
  readonly promise: string;
  readonly tree: Tree;
  /** `id=path` */
  readonly roots: readonly string[];
}

const cases: readonly Case[] = [
  {
    promise: "a default installation is its state dir and, apart from it, its workspace",
    tree: {
      ".openclaw/openclaw.json": "{}",
      ".openclaw/workspace/AGENTS.md": "",
      ".openclaw/credentials/x": "",
      ".openclaw/agents/main/agent/": "",
    },
    roots: ["state=~/.openclaw", "workspace.main=~/.openclaw/workspace"],
  },
  {
    promise: "config, credentials, agentDir and workspace elsewhere are roots of their own",
    tree: {
      "srv/state/": "",
      "etc/oc.json5": "{agents: {entries: {scout: {agentDir: '~/ext/scout', workspace: '~/ws'}}}}",
      "oauth/x": "",
      "ext/scout/openclaw-agent.sqlite": "",
      "ws/": "",
    },
    env: {
      OPENCLAW_STATE_DIR: "~/srv",
      OPENCLAW_CONFIG_PATH: "~/etc/oc.json5",
      OPENCLAW_OAUTH_DIR: "~/oauth",
    },
    roots: [
      "state=~/srv",
      "config=~/etc/oc.json5",
      "credentials=~/oauth",
      "agent.scout=~/ext/scout",
      "workspace.scout=~/ws",
    ],
  },
  {
    promise: "copies that OpenClaw keeps beside a config file are taken with it, and nothing else there",
    tree: {
      ".openclaw/state/": "",
      "etc/oc.json": "{}",
      "etc/oc.json.bak": "",
      "etc/oc.json.bak.4": "",
      "etc/oc.json.clobbered.2026-11-22T10-00-00Z": "",
      "etc/oc.json.last-good": "",
      "etc/oc.json.pre-update": "",
      "etc/oc.json.mine": "",
      "etc/other.json.bak": "",
    },
    env: { OPENCLAW_CONFIG_PATH: "~/etc/oc.json" },
    roots: [
      "state=~/.openclaw",
      "config=~/etc/oc.json",
      "config.copy-1=~/etc/oc.json.bak",
      "config.copy-2=~/etc/oc.json.bak.4",
      "config.copy-3=~/etc/oc.json.clobbered.2026-11-22T10-00-00Z",
      "config.copy-4=~/etc/oc.json.last-good",
      "config.copy-5=~/etc/oc.json.pre-update",
    ],
  },
  {
    promise: "of a config dir apart from the state dir only OpenClaw's own folders are taken",
    tree: {
      ".openclaw/state/": "",
      "etc/oc.json": "{}",
      "etc/passwd": "",
      "etc/skills/x": "",
      "etc/media/": "",
      "etc/.env": "",
      "etc/gateway/tls/key": "",
      "etc/gateway/other": "",
      "etc/settings/tts.json": "",
      "etc/settings/other.json": "",
      "etc/hooks/transforms/x": "",
    },
    env: { OPENCLAW_CONFIG_PATH: "HOME/etc/oc.json" },
    roots: [
      "state=~/.openclaw",
      "config=~/etc/oc.json",
      "config-dir.env=~/etc/.env",
      "config-dir.gateway-tls=~/etc/gateway/tls",
      "config-dir.hooks=~/etc/hooks",
      "config-dir.media=~/etc/media",
      "config-dir.settings-tts=~/etc/settings/tts.json",
      "config-dir.skills=~/etc/skills",
    ],
  },
  {
    promise: "hook transforms lie beside the config file even with a state dir by variable",
    tree: { "srv/state/": "", "etc/oc.json": "{}", "etc/hooks/transforms/x": "", "etc/skills/": "" },
    env: { OPENCLAW_STATE_DIR: "~/srv", OPENCLAW_CONFIG_PATH: "~/etc/oc.json" },
    roots: ["state=~/srv", "config=~/etc/oc.json", "config-dir.hooks-transforms=~/etc/hooks/transforms"],
  },
  {
    promise: "a state dir that is a link is followed, under the path as configured",
    tree: { ".openclaw": { link: "HOME/data/oc" }, "data/oc/openclaw.json": "{}", "data/oc/workspace/": "" },
    roots: ["state=~/.openclaw", "workspace.main=~/.openclaw/workspace"],
  },
  {
    promise: "one place under two names is one root",
    tree: {
      ".openclaw": { link: "HOME/data/oc" },
      "data/oc/openclaw.json": "{agents: {entries: {a: {agentDir: 'HOME/data/oc/agents/a/agent'}}}}",
      "data/oc/agents/a/agent/": "",
    },
    roots: ["state=~/.openclaw"],
  },
  {
    promise:
      "a config file that is a link out of the state dir is a root, since the state dir holds only the link",
    tree: { ".openclaw/openclaw.json": { link: "HOME/dotfiles/oc.json" }, "dotfiles/oc.json": "{}" },
    roots: ["state=~/.openclaw", "config=~/.openclaw/openclaw.json"],
  },
  {
    promise: "a state dir inside a workspace stays a root, or its secrets would be readable",
    tree: {
      ".openclaw/openclaw.json": "{agents: {defaults: {workspace: '~'}}}",
      ".openclaw/agents/main/agent/": "",
      ".config/openclaw/gateway.env": "",
    },
    roots: ["state=~/.openclaw", "user-config=~/.config/openclaw", "workspace.main=~"],
  },
  {
    promise: "an agentDir inside a workspace inside the state dir stays a root",
    tree: {
      ".openclaw/openclaw.json": "{agents: {entries: {a: {agentDir: '~/.openclaw/workspace/.agent'}}}}",
      ".openclaw/workspace/.agent/": "",
    },
    roots: ["state=~/.openclaw", "agent.a=~/.openclaw/workspace/.agent", "workspace.a=~/.openclaw/workspace"],
  },
  {
    promise: "an agentDir in a folder that the state dir's rules leave out stays a root",
    tree: {
      ".openclaw/openclaw.json":
        "{agents: {entries: {a: {agentDir: '~/.openclaw/tools/a'}, b: {agentDir: '~/.openclaw/x/b'}}}}",
      ".openclaw/tools/a/": "",
      ".openclaw/x/b/": "",
    },
    roots: ["state=~/.openclaw", "agent.a=~/.openclaw/tools/a"],
  },
  {
    promise: "a workspace within a workspace is a root too",
    tree: {
      ".openclaw/openclaw.json": "{agents: {entries: {a: {workspace: '~/ws'}, b_: {workspace: '~/ws/b'}}}}",
      "ws/b/": "",
    },
    roots: ["state=~/.openclaw", "workspace.a=~/ws", "workspace.b.5f=~/ws/b"],
  },
  {
    promise: "a workspace that is the state dir itself goes as the state dir, sealed",
    tree: { ".openclaw/openclaw.json": "{agents: {defaults: {workspace: '~/.openclaw'}}}" },
    roots: ["state=~/.openclaw"],
  },
  {
    promise: "session databases of their own are roots: one for all",
    tree: {
      ".openclaw/openclaw.json": "{session: {store: '~/data/all.sqlite'}}",
      "data/all.sqlite": "",
      "data/all.sqlite-wal": "",
      "data/other.sqlite": "",
    },
    roots: ["state=~/.openclaw", "session-store.shared=~/data/all.sqlite"],
  },
  {
    promise: "session databases of their own are roots: one for each agent, beside the old file",
    tree: {
      ".openclaw/openclaw.json":
        "{session: {store: '~/data/{agentId}/sessions.json'}, agents: {entries: {a: {}, b: {}}}}",
      "data/a/sessions.json": "",
      "data/a/openclaw-agent.sqlite": "",
      "data/a/openclaw-agent.2.sqlite": "",
      "data/b/openclaw-agent.sqlite": "",
    },
    roots: [
      "state=~/.openclaw",
      "session-store.a=~/data/a/sessions.json",
      "session-store.a.1=~/data/a/openclaw-agent.2.sqlite",
      "session-store.a.2=~/data/a/openclaw-agent.sqlite",
      "session-store.b=~/data/b/openclaw-agent.sqlite",
    ],
  },
  {
    promise: "keys and variables outside every folder of OpenClaw are taken",
    tree: {
      ".openclaw/openclaw.json": "{}",
      ".config/openclaw/gateway.env": "",
      "xdg/openclaw/auth-profile-secret-key": "",
      ".openclaw-auth-profile-secrets/auth-profile-secret-key": "",
    },
    env: { XDG_CONFIG_HOME: "HOME/xdg" },
    roots: [
      "state=~/.openclaw",
      "user-config=~/.config/openclaw",
      "user-config.xdg=~/xdg/openclaw",
      "user-config.key-1=~/.openclaw-auth-profile-secrets/auth-profile-secret-key",
    ],
  },
  {
    promise: "secrets in files, notes, skills and hooks that the config names are taken, each place once",
    tree: {
      ".openclaw/openclaw.json": `{
        secrets: {providers: {a: {source: 'file', path: '~/keys/a.json'}, b: {source: 'exec', command: '~/bin/b'}}},
        channels: {telegram: {accounts: {x: {tokenFile: '~/keys/telegram'}, y: {tokenFile: '~/keys/telegram'}}}},
        gateway: {tls: {keyPath: '~/keys/tls.pem'}},
        memory: {search: {extraPaths: ['../notes', {path: '~/vault', pattern: '**/*.md'}]}},
        agents: {entries: {a: {memory: {search: {extraPaths: ['~/vault', '~/own']}}}}},
        skills: {load: {extraDirs: ['~/skills']}},
        hooks: {transformsDir: 'transforms', internal: {load: {extraDirs: ['~/hooks']}}}}`,
      ".openclaw/workspace/": "",
      ".openclaw/notes/": "",
      ".openclaw/transforms/": "",
      "keys/a.json": "",
      "keys/telegram": "",
      "keys/tls.pem": "",
      "bin/b": "",
      "vault/": "",
      "own/": "",
      "skills/": "",
      "hooks/": "",
    },
    roots: [
      "state=~/.openclaw",
      "workspace.a=~/.openclaw/workspace",
      "secret-file-1=~/keys/a.json",
      "secret-file-2=~/keys/telegram",
      "secret-file-3=~/keys/tls.pem",
      "memory-path-2=~/vault",
      "memory-path-3=~/own",
      "skill-dir-1=~/skills",
      "hook-dir-2=~/hooks",
    ],
  },
  {
    promise:
      "a secret in a workspace is a root of its own, or it would be readable; notes and skills are not",
    tree: {
      ".openclaw/openclaw.json":
        "{secrets: {providers: {a: {path: '~/ws/plain-name'}}}, memory: {search: {extraPaths: ['docs', '~/ws']}}, skills: {load: {extraDirs: ['~/ws/s']}}, agents: {defaults: {workspace: '~/ws'}}}",
      "ws/plain-name": "",
      "ws/docs/": "",
      "ws/s/": "",
    },
    roots: ["state=~/.openclaw", "workspace.main=~/ws", "secret-file-1=~/ws/plain-name"],
  },
  {
    promise:
      "a plugin is taken unless it lies in a git checkout, wherever the .git is; that of a home does not count",
    tree: {
      ".openclaw/openclaw.json":
        "{plugins: {load: {paths: ['~/mine', '~/repo/packages/a', '~/.openclaw/npm/b', '~/one.mjs']}}}",
      ".git/HEAD": "",
      "mine/index.js": "",
      "repo/.git/HEAD": "",
      "repo/packages/a/index.js": "",
      ".openclaw/npm/b/index.js": "",
      "one.mjs": "",
    },
    roots: ["state=~/.openclaw", "plugin-path-1=~/mine", "plugin-path-3=~/one.mjs"],
  },
  {
    promise: "what lies on another disk behind a link in the state dir is taken, each place once",
    tree: {
      ".openclaw/openclaw.json": "{agents: {entries: {main: {}, bob: {}}}}",
      ".openclaw/.env": { link: "HOME/dot/env" },
      "dot/env": "",
      ".openclaw/media": { link: "HOME/big/media" },
      "big/media/inbound/a.jpg": "",
      ".openclaw/agents/main": { link: "HOME/big/main" },
      "big/main/agent/x": "",
      "big/main/sessions/x": "",
      ".openclaw/agents/bob/agent": { link: "HOME/big/bob" },
      "big/bob/x": "",
      ".openclaw/workspace-bob": { link: "HOME/ws" },
      "ws/memory/x": "",
      ".openclaw/memory": { link: "HOME/ws/memory" },
      ".openclaw/inside": { link: "HOME/.openclaw/agents" },
      ".openclaw/whole": { link: "HOME" },
      ".openclaw/shell": { link: "/bin/sh" },
      ".openclaw/dangling": { link: "HOME/nothing" },
      ".openclaw/cache": { link: "HOME/big/cache" },
      "big/cache/x": "",
      ".openclaw/projects/p": { link: "HOME/code" },
      "code/x": "",
    },
    roots: [
      "state=~/.openclaw",
      "agent.bob=~/.openclaw/agents/bob/agent",
      "workspace.bob=~/.openclaw/workspace-bob",
      "state-link..2eenv=~/.openclaw/.env",
      "state-link.agents.2fmain=~/.openclaw/agents/main",
      "state-link.media=~/.openclaw/media",
    ],
  },
  {
    promise:
      "skills that the state dir only links to are taken, also in a group; links to other things are not",
    tree: {
      ".openclaw/openclaw.json": "{}",
      ".openclaw/skills/a": { link: "HOME/src/a" },
      ".openclaw/skills/again": { link: "HOME/src/a" },
      ".openclaw/skills/group/b": { link: "HOME/src/b" },
      ".openclaw/skills/inside": { link: "HOME/.openclaw/x" },
      ".openclaw/skills/no": { link: "HOME/plain" },
      "plain/x": "",
      ".openclaw/skills/dangling": { link: "HOME/nothing" },
      ".openclaw/x/SKILL.md": "",
      "src/a/SKILL.md": "",
      "src/b/one/SKILL.md": "",
      ".agents/skills/shared/SKILL.md": "",
    },
    roots: [
      "state=~/.openclaw",
      "skill-link-1=~/src/a",
      "skill-link-2=~/src/b",
      "skills-shared=~/.agents/skills",
    ],
  },
  {
    promise: "skills that a user's agents share belong to the default state dir only",
    tree: { ".openclaw-work/openclaw.json": "{}", ".agents/skills/a/SKILL.md": "" },
    profile: "work",
    roots: ["state=~/.openclaw-work"],
  },
];

describe("the roots of an installation", () => {
  it.each(cases)("$promise", async (each) => {
    const home = await makeTree(each.tree);
    expect(locateIn(home, each).roots.map(({ id, path }) => `${id}=${path}`)).toEqual(each.roots);
  });

  it("every existing workspace names a root that is there", async () => {
    for (const { tree, ...asked } of cases) {
      const { workspaces, roots } = locateIn(await makeTree(tree), asked);
      const ids = new Set(roots.map(({ id }) => id));
      expect(workspaces.filter(({ exists, rootId }) => exists && !ids.has(rootId))).toEqual([]);
    }
  });

  it("a workspace that holds the home or is the state dir is warned of", async () => {
    const whole = await makeTree({ ".openclaw/openclaw.json": "{agents: {defaults: {workspace: '~'}}}" });
    expect(locateIn(whole).warnings.join()).toContain("holds the whole home directory");
    const state = await makeTree({
      ".openclaw/openclaw.json": "{agents: {defaults: {workspace: '~/.openclaw'}}}",
    });
    expect(locateIn(state).warnings.join()).toContain("goes sealed as state");
  });

  it("two agent ids never share a root id, and every root id is one", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 64 }),
        fc.string({ minLength: 1, maxLength: 64 }),
        (a, b) => {
          expect(isRootId(rootIdOf("workspace", a.toWellFormed()).slice(0, 255))).toBe(true);
          expect(rootIdOf("agent", a) === rootIdOf("agent", b)).toBe(a.toWellFormed() === b.toWellFormed());
        },
      ),
    );
    expect(rootIdOf("agent", "a_b.c")).toBe("agent.a.5fb.2ec");
  });
});
