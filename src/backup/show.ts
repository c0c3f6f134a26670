import { displayPath, type EntryPath } from "../format/entry-path.ts";
import { askGatewayPort, type PortAnswer } from "../openclaw/gateway-answer.ts";
import { gatewayEvidence, type GatewaySign, type GatewayState } from "../openclaw/gateway.ts";
import type { Agent, Installation, Outside, Root, Workspace } from "../openclaw/installation.ts";
import { type ProfileFound, profilesOf } from "../openclaw/profiles.ts";
import type { LocateRequest } from "../openclaw/selection.ts";
import type { Context } from "./context.ts";
import { locate } from "./locate.ts";
import { scanWarnings, type TakingChoices } from "./capture-roots.ts";
import type { LeftOutByRule } from "./left-out.ts";
import type { MadeAgainAmount } from "./made-again.ts";
import {
  type Amount,
  type ClassAmount,
  type FolderAmount,
  type Measured,
  measureRoots,
} from "./root-sizes.ts";

export interface ShowOptions extends LocateRequest, Pick<TakingChoices, "defaultExcludes" | "oneFileSystem"> {
  /** With the folders of each root. */
  readonly sizes?: boolean;
}

export interface ShownRoot extends Root, Amount {
  readonly folders?: readonly FolderAmount[];
}

export interface ShownGateway {
  readonly state: GatewayState;
  readonly sign: GatewaySign | "port";
  readonly port: number;
  /** Who answers there; null where nobody was asked: the gateway is another machine's. */
  readonly answer: PortAnswer | null;
}

interface Place {
  readonly path: string;
  readonly why: string;
}

/** What a backup would take, from where and why, and what not. */
export interface ShowReport {
  readonly profile: string | null;
  readonly home: string;
  readonly stateDir: Place;
  readonly configFile: Place | null;
  readonly configDir: string;
  readonly credentialsDir: Place;
  readonly openclawVersion: string | null;
  readonly gateway: ShownGateway;
  readonly remote: Installation["remote"];
  readonly agents: readonly Agent[];
  readonly workspaces: readonly Workspace[];
  readonly roots: readonly ShownRoot[];
  /** What is taken of all roots together, by what it is. */
  readonly classes: readonly ClassAmount[];
  /** What rules leave out of all roots together, the largest first. */
  readonly leftOut: readonly LeftOutByRule[];
  /** What is taken of workspaces although tools could make it again, the largest first. */
  readonly madeAgain: readonly MadeAgainAmount[];
  readonly outside: readonly Outside[];
  readonly profiles: readonly ProfileFound[];
  readonly warnings: readonly string[];
}

/** Looks at one installation and changes nothing. Throws what locating and walking it throw. */
export async function showInstallation(options: ShowOptions, context: Context): Promise<ShowReport> {
  const { sizes = false, defaultExcludes = true, oneFileSystem = false, ...request } = options;
  const installation = locate(request, context);
  const { profile, home, stateDir, configFile, configDir, credentialsDir, why } = installation;
  const measured = measureRoots(installation.roots, { defaultExcludes, oneFileSystem });
  const { classes, leftOut, madeAgain } = measured;
  return {
    profile,
    home,
    stateDir: { path: stateDir, why: why.stateDir },
    configFile: configFile === null ? null : { path: configFile, why: why.configFile },
    configDir,
    credentialsDir: { path: credentialsDir, why: why.credentialsDir },
    openclawVersion: installation.openclawVersion,
    gateway: await lookAtGateway(installation, context),
    remote: installation.remote,
    agents: installation.agents,
    workspaces: installation.workspaces,
    roots: shownRoots(installation.roots, measured, sizes),
    classes,
    leftOut,
    madeAgain,
    outside: installation.outside,
    profiles: profilesOf(context),
    warnings: [...installation.warnings, ...scanWarnings(measured.scan), ...unfitWarnings(measured.scan)],
  };
}

function shownRoots(roots: readonly Root[], { roots: amounts }: Measured, withFolders: boolean): ShownRoot[] {
  return roots.map((root) => {
    const { folders, ...amount } = amounts.get(root.id)!;
    return { ...root, ...amount, ...(withFolders && { folders }) };
  });
}

function unfitWarnings({ findings }: Measured["scan"]): string[] {
  return findings
    .filter(({ kind }) => kind === "unfit-name")
    .map(({ path, reason }) => `${displayPath(path as EntryPath)} cannot be in a backup: ${reason}`);
}

/**
 * The lock, then the lease, then the port. A port says the least: any program may answer there, a gateway of another
 * profile too, so where the lock is there and free it changes nothing.
 */
async function lookAtGateway(installation: Installation, context: Context): Promise<ShownGateway> {
  const { gatewayPort: port, remote } = installation;
  const evidence = gatewayEvidence(installation, context);
  if (remote !== null) return { ...evidence, port, answer: null };
  const answer = await askGatewayPort(port);
  const isSure = evidence.state === "running" || (evidence.state === "stopped" && evidence.sign === "lock");
  return isSure || answer !== "gateway"
    ? { ...evidence, port, answer }
    : { state: "unknown", sign: "port", port, answer };
}
