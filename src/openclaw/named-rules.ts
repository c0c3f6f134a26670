import type { RootKind } from "./installation.ts";

/** What a path becomes that is taken, and where it is not. */
export interface NamedRoot {
  readonly id: string;
  readonly kind: RootKind;
  readonly unlessInGit?: true;
  readonly inHomeOnly?: true;
}

/** What a path that the config names is. */
export interface NamedRule {
  readonly setting: RegExp;
  /** What it is, for people. */
  readonly what: string;
  /** Taken as a root of this kind. Without it, it is outside, and this is why. */
  readonly root?: NamedRoot;
  readonly why?: string;
  /** Relative texts are paths too: from the config's folder or from each workspace. */
  readonly relativeTo?: "config" | "workspaces";
}

const ofAgent = String.raw`(?:agents\.(?:defaults|list\.\*|entries\..+)\.)?`;
const memory = { id: "memory-path", kind: "memory" } as const;
const secret = { id: "secret-file", kind: "secret" } as const;

/**
 * The first that fits a setting. What only this installation has is taken: secrets, notes, skills, hooks, plugins that no
 * git checkout can bring back. Programs, checkouts, logs and other programs' data are named as outside.
 */
const namedRules: readonly NamedRule[] = [
  { setting: /^secrets\.providers\..+\.path$/, what: "the file of a secrets provider", root: secret },
  {
    setting: /\.(?:tokenFile|passwordFile|secretFile|serviceAccountFile|privateKeyPath)$/,
    what: "a file with a secret",
    root: secret,
  },
  {
    setting: /^gateway\.tls\.(?:cert|key|ca)Path$/,
    what: "the gateway's TLS",
    root: { ...secret, inHomeOnly: true },
  },
  {
    setting: new RegExp(String.raw`^${ofAgent}(?:memory\.search|memorySearch)\.extraPaths\.\*(?:\.path)?$`),
    what: "more memory",
    root: memory,
    relativeTo: "workspaces",
  },
  { setting: /^plugins\.entries\.memory-wiki\.config\.vault\.path$/, what: "the wiki's vault", root: memory },
  {
    setting: /^skills\.load\.extraDirs\.\*$/,
    what: "more skills",
    root: { id: "skill-dir", kind: "skills" },
  },
  {
    setting: /^plugins\.load\.paths\.\*$/,
    what: "a plugin",
    root: { id: "plugin-path", kind: "plugin", unlessInGit: true },
  },
  {
    setting: /^hooks\.internal\.load\.extraDirs\.\*$/,
    what: "more hooks",
    root: { id: "hook-dir", kind: "hooks", unlessInGit: true },
  },
  {
    setting: /^hooks\.transformsDir$/,
    what: "hook transforms",
    root: { id: "hook-dir", kind: "hooks", unlessInGit: true },
    relativeTo: "config",
  },
  { setting: /^logging\.file$/, what: "a log", why: "it grows without bound" },
  {
    setting: /\.userDataDir$/,
    what: "a browser's own data",
    why: "its cookies open on this machine only",
  },
  {
    setting: /\.(?:command|cliPath|executablePath|modelPath|extensionPath|args\.\*)$/,
    what: "a program or what it needs",
    why: "to be installed on the new machine",
  },
  { setting: /\.sshIdentity$/, what: "an SSH key", why: "the user's own" },
  {
    setting: /\.(?:cwd|repoRoot|worktreeRoot)$|^worktreeRoot$/,
    what: "a folder that agents work in",
    why: "not OpenClaw's own",
  },
  {
    setting: /^channels\..*\.(?:dbPath|configPath|stateDir|socketPath)$/,
    what: "data of another program",
    why: "back it up with that program's own means",
  },
];

/** What nothing above knows. */
const unknownSetting: NamedRule = {
  setting: /./,
  what: "a path",
  why: "not known as data of OpenClaw",
};

export function namedRuleOf(setting: string): NamedRule {
  return namedRules.find((rule) => rule.setting.test(setting)) ?? unknownSetting;
}
