import fs from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type DatabaseCounts, Counts, countIn, countsOf } from "./counts.ts";
import type { Environment } from "./environment.ts";
import type { Installation } from "./installation.ts";
import { NeededVariable } from "./needed-variables.ts";
import { askOwnDatabases, OwnDatabase, stateDatabasePath } from "./own-databases.ts";
import { Plugin, type RecordedPlugin, recordedPlugins, withFiles } from "./plugins.ts";
import { programVersion } from "./program-version.ts";
import type { TakenEntry } from "./taken-entry.ts";
import { TimeTravel, unsafePlaces, unsafeTables } from "./time-travel.ts";

const text = z.string();
const person = z.object({ name: text.nullable(), uid: z.number(), gid: z.number() });

/** What a restore wants to know of the old machine. Plain JSON; it names paths and people, so it is sealed. */
export const InstallationMetadata = z.object({
  /** Of the client that last wrote the config. */
  openclawVersion: text.nullable(),
  /** Of the program as installed, which may be another. */
  programVersion: text.nullable(),
  profile: text.nullable(),
  platform: text,
  nodeVersion: text,
  /** Who made the backup, and whose the state dir is, by the user database. */
  user: person,
  owner: person.extend({ group: text.nullable() }).nullable(),
  home: text,
  stateDir: text,
  configFile: text.nullable(),
  configDir: text,
  credentialsDir: text,
  gatewayPort: z.number(),
  remote: z.object({ url: text.nullable() }).nullable(),
  agents: z.array(z.object({ id: text, agentDir: text })),
  workspaces: z.array(z.object({ rootId: text, agents: z.array(text), path: text, exists: z.boolean() })),
  roots: z.array(z.object({ id: text, path: text, kind: text })),
  databases: z.array(OwnDatabase),
  counts: Counts,
  /** null: the config was not read. */
  environment: z.array(NeededVariable).nullable(),
  /** Those that do not come with OpenClaw. null: not known. */
  plugins: z.array(Plugin).nullable(),
  timeTravel: z.array(TimeTravel),
  warnings: z.array(text),
});
export type InstallationMetadata = z.infer<typeof InstallationMetadata>;

/** The machine's part, which the installation itself does not tell. */
export interface Machine {
  readonly platform: string;
  readonly nodeVersion: string;
  readonly uid: number;
  readonly gid: number;
  readonly env: Environment;
  readonly now: () => Date;
  /** Names by the system's user database, "" where it knows none. */
  readonly userName: (uid: number) => string;
  readonly groupName: (gid: number) => string;
}

/**
 * Describes an installation as it is at this moment, with the entries that a backup takes of it. Opens its databases to
 * read; what cannot be read is null, and a warning.
 */
export function describeInstallation(
  installation: Installation,
  entries: readonly TakenEntry[],
  machine: Machine,
): InstallationMetadata {
  const { stateDir, roots } = installation;
  const warnings = [...installation.warnings];
  const databases = askOwnDatabases(
    entries,
    askAll((line) => warnings.push(line)),
    (line) => warnings.push(line),
  );
  const counted = databases.map(({ database, answer }) => ({ database, counts: answer?.counts ?? null }));
  const recorded = databases.find(isState)?.answer?.plugins ?? null;
  return {
    ...placesOf(installation),
    ...peopleOf(stateDir, machine),
    programVersion: programVersion(machine.env, stateDir),
    platform: machine.platform,
    nodeVersion: machine.nodeVersion,
    databases: databases.map(({ database }) => database),
    counts: countsOf(
      installation,
      { state: counted.find(isState), others: counted.filter((one) => !isState(one)) },
      machine.now(),
    ),
    environment: installation.variables === null ? null : [...installation.variables],
    plugins: recorded === null ? null : withFiles(recorded, entries, roots),
    timeTravel: [...unsafePlaces(entries), ...databases.flatMap(({ answer }) => answer?.unsafe ?? [])],
    warnings,
  };
}

/** Reads what it can of metadata, whoever wrote them: a part that is missing or not as it should be is absent. */
export function parseMetadata(metadata: unknown): Partial<InstallationMetadata> {
  const given = z.record(z.string(), z.unknown()).safeParse(metadata).data ?? {};
  const parts = Object.entries(InstallationMetadata.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(given[name]);
    return parsed.success ? [[name, parsed.data]] : [];
  });
  return Object.fromEntries(parts) as Partial<InstallationMetadata>;
}

function isState({ database }: { readonly database: OwnDatabase }): boolean {
  return database.path === stateDatabasePath;
}

interface Answer {
  readonly counts: DatabaseCounts | null;
  readonly plugins: RecordedPlugin[] | null;
  readonly unsafe: TimeTravel[] | null;
}

function askAll(warn: (line: string) => void) {
  return (db: DatabaseSync, { path }: OwnDatabase): Answer => {
    const attempt = <T>(what: string, ask: () => T): T | null => {
      try {
        return ask();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        warn(`${what} in the database ${path} cannot be read (${why}), perhaps for a newer OpenClaw`);
        return null;
      }
    };
    return {
      counts: attempt("what is to be counted", () => countIn(db)),
      plugins: attempt("the index of plugins", () => recordedPlugins(db)),
      unsafe: attempt("what cannot be taken back in time", () => unsafeTables(db, path)),
    };
  };
}

function placesOf(installation: Installation) {
  const { openclawVersion, profile, home, stateDir, configFile, configDir, credentialsDir } = installation;
  const { gatewayPort, remote, agents, workspaces, roots } = installation;
  return {
    openclawVersion,
    profile,
    home,
    stateDir,
    configFile,
    configDir,
    credentialsDir,
    gatewayPort,
    remote,
    agents: agents.map(({ id, agentDir }) => ({ id, agentDir })),
    workspaces: workspaces.map((one) => ({
      rootId: one.rootId,
      agents: [...one.agents],
      path: one.path,
      exists: one.exists,
    })),
    roots: roots.map(({ id, path, kind }) => ({ id, path, kind })),
  };
}

function named(name: string): string | null {
  return name === "" ? null : name;
}

function peopleOf(stateDir: string, { uid, gid, userName, groupName }: Machine) {
  const stats = fs.statSync(stateDir, { throwIfNoEntry: false });
  return {
    user: { name: named(userName(uid)), uid, gid },
    owner:
      stats === undefined
        ? null
        : {
            name: named(userName(stats.uid)),
            uid: stats.uid,
            gid: stats.gid,
            group: named(groupName(stats.gid)),
          },
  };
}
