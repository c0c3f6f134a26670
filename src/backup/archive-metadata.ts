import { z } from "zod";
import type { OpenArchive } from "../format/archive.ts";
import { type InstallationMetadata, parseMetadata } from "../openclaw/metadata.ts";

/** A workspace as the sealed section's metadata describes it: its root, and the agents that use it. */
const DescribedWorkspace = z.looseObject({ rootId: z.string(), agents: z.array(z.string()) });
export type DescribedWorkspace = z.infer<typeof DescribedWorkspace>;

type Metadata = OpenArchive["metadata"];

/** The workspaces described; none without the key. What is not of that shape is passed over: metadata binds no reader. */
export function describedWorkspaces(metadata: Metadata): DescribedWorkspace[] {
  const list = metadata?.["workspaces"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const parsed = DescribedWorkspace.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** A fact that is a text; null where it is unknown, or no text. */
export function textFact(metadata: Metadata, name: string): string | null {
  const value = metadata?.[name];
  return typeof value === "string" ? value : null;
}

const factNames = [
  "programVersion",
  "nodeVersion",
  "user",
  "owner",
  "home",
  "configFile",
  "credentialsDir",
  "databases",
  "counts",
  "environment",
  "plugins",
  "timeTravel",
] as const;
type FactName = (typeof factNames)[number];

/** What the sealed section tells of the old machine and what was on it; null is what it does not tell. */
export type ArchiveFacts = { readonly [Name in FactName]: InstallationMetadata[Name] | null };

/** Null without the key. */
export function archiveFacts(metadata: Metadata): ArchiveFacts | null {
  if (metadata === undefined) return null;
  const known = parseMetadata(metadata);
  return Object.fromEntries(factNames.map((name) => [name, known[name] ?? null])) as ArchiveFacts;
}

/** Where the gateway is that the old machine was only a client of; null where it was not, or without the key. */
export function remoteGateway(metadata: Metadata): InstallationMetadata["remote"] {
  return metadata === undefined ? null : (parseMetadata(metadata).remote ?? null);
}
