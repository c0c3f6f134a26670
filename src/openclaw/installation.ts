import type { Channel } from "./channels.ts";
import type { NeededVariable } from "./needed-variables.ts";

export type RootKind =
  | "state"
  | "state-link"
  | "config"
  | "config-dir"
  | "credentials"
  | "agent"
  | "workspace"
  | "user-config"
  | "secret"
  | "memory"
  | "skills"
  | "hooks"
  | "plugin";

/** One directory or file of an installation that a backup takes. */
export interface Root {
  /**
   * Symbolic name, `[a-z0-9][a-z0-9.-]*`: `state`, `config`, `config.include-1`, `config-dir.skills`, `credentials`,
   * `agent.<id>`, `agent-database-1`, `session-store.<id>`, `user-config`, `workspace.<id>`, `secret-file-1`,
   * `memory-path-1`, `skill-link-1`, `state-link.<place>` and the like. Agent ids stand in it through {@link rootIdOf}.
   */
  readonly id: string;
  /** Absolute, as configured: it may be a symbolic link itself, and is followed. */
  readonly path: string;
  readonly kind: RootKind;
  /** What made it a root, for people: the flag, variable, setting or default. */
  readonly why: string;
}

/** What exists and belongs to the installation, or is named by it, but is not in a backup. */
export interface Outside {
  readonly path: string;
  /** What it is and why it is not taken, for people. */
  readonly why: string;
}

export interface Workspace {
  /** The root that holds it. Names a root of the installation only if `exists`. */
  readonly rootId: string;
  /** In the order of the config. */
  readonly agents: readonly string[];
  readonly path: string;
  readonly exists: boolean;
}

export interface Agent {
  readonly id: string;
  readonly agentDir: string;
}

/** One OpenClaw on one machine, as found. All paths are absolute. */
export interface Installation {
  /** `null` for the default one. */
  readonly profile: string | null;
  /** What `~` means to OpenClaw here. */
  readonly home: string;
  readonly stateDir: string;
  /** `null` if there is none. */
  readonly configFile: string | null;
  /** The second root of OpenClaw: the state dir itself, unless only `OPENCLAW_CONFIG_PATH` is set. */
  readonly configDir: string;
  readonly credentialsDir: string;
  /** What chose these places, for people: the flag, variable or default. */
  readonly why: { readonly stateDir: string; readonly configFile: string; readonly credentialsDir: string };
  readonly agents: readonly Agent[];
  readonly workspaces: readonly Workspace[];
  /**
   * What exists, no place twice. A root inside another one stands for itself only where that matters: it is or lies in
   * a workspace, or the outer root's rules would leave it out. Whoever walks the outer root leaves it to the inner.
   */
  readonly roots: readonly Root[];
  /** Sorted by path. */
  readonly outside: readonly Outside[];
  /** Set if this machine only talks to a gateway elsewhere. */
  readonly remote: { readonly url: string | null } | null;
  /** What the config needs of its environment; `null` where it was not read. */
  readonly variables: readonly NeededVariable[] | null;
  /** What is set up; `null` where the config was not read. */
  readonly channels: readonly Channel[] | null;
  readonly warnings: readonly string[];
  /** Of the client that last wrote the config. */
  readonly openclawVersion: string | null;
  readonly gatewayPort: number;
}

/**
 * A root's name for an agent. Injective, since agent ids hold what root ids may not: each byte outside `[a-z0-9-]`
 * becomes `.` and two hex digits.
 */
export function rootIdOf(
  prefix: "agent" | "workspace" | "session-store" | "state-link",
  name: string,
): string {
  const encoded = Array.from(Buffer.from(name, "utf8"), (byte) => {
    const char = String.fromCharCode(byte);
    return /[a-z0-9-]/.test(char) ? char : `.${byte.toString(16).padStart(2, "0")}`;
  });
  return `${prefix}.${encoded.join("")}`;
}

/** Where in a state dir the link of a `state-link.<place>` lies: {@link rootIdOf} backwards. */
export function placeOfStateLink(id: string): string {
  const encoded = id.slice("state-link.".length);
  const bytes = encoded.replaceAll(/\.([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
