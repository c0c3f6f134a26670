import type { Installation, RootKind } from "./installation.ts";

/** What a restore wants to know of the old machine. Plain JSON; it names paths and people, so it is sealed. */
export interface InstallationMetadata {
  readonly openclawVersion: string | null;
  readonly profile: string | null;
  readonly platform: string;
  readonly nodeVersion: string;
  readonly user: { readonly name: string | null; readonly uid: number; readonly gid: number };
  readonly home: string;
  readonly stateDir: string;
  readonly configFile: string | null;
  readonly configDir: string;
  readonly credentialsDir: string;
  readonly gatewayPort: number;
  readonly remote: { readonly url: string | null } | null;
  readonly agents: readonly { readonly id: string; readonly agentDir: string }[];
  readonly workspaces: readonly {
    readonly rootId: string;
    readonly agents: readonly string[];
    readonly path: string;
    readonly exists: boolean;
  }[];
  readonly roots: readonly { readonly id: string; readonly path: string; readonly kind: RootKind }[];
  readonly warnings: readonly string[];
}

/** The machine's part, which the installation itself does not tell. */
export type MachineFacts = Pick<InstallationMetadata, "platform" | "nodeVersion" | "user">;

export function describeInstallation(
  installation: Installation,
  machine: MachineFacts,
): InstallationMetadata {
  return {
    openclawVersion: installation.openclawVersion,
    profile: installation.profile,
    platform: machine.platform,
    nodeVersion: machine.nodeVersion,
    user: machine.user,
    home: installation.home,
    stateDir: installation.stateDir,
    configFile: installation.configFile,
    configDir: installation.configDir,
    credentialsDir: installation.credentialsDir,
    gatewayPort: installation.gatewayPort,
    remote: installation.remote,
    agents: installation.agents.map(({ id, agentDir }) => ({ id, agentDir })),
    workspaces: installation.workspaces.map(({ rootId, agents, path, exists }) => ({
      rootId,
      agents,
      path,
      exists,
    })),
    roots: installation.roots.map(({ id, path, kind }) => ({ id, path, kind })),
    warnings: installation.warnings,
  };
}
