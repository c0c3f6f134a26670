import type { ArchiveFacts } from "../../backup/archive-metadata.ts";
import { count } from "./units.ts";

type Row = readonly [name: string, text: string];

/** What an archive tells of the installation in it: rows of a table. What it does not tell has none. */
export function factRows(facts: ArchiveFacts): Row[] {
  return [
    ...machineRows(facts),
    ...rows("database", (facts.databases ?? []).map(databaseText)),
    ...rows("holds", facts.counts === null ? [] : [countsText(facts.counts)]),
    ...rows("channel", (facts.counts?.channels ?? []).map(channelText)),
    ...rows("plugin", (facts.plugins ?? []).map(pluginText)),
    ...rows("needs", (facts.environment ?? []).map(variableText)),
  ];
}

function rows(name: string, texts: readonly string[]): Row[] {
  return texts.map((text) => [name, text]);
}

function machineRows({ programVersion, nodeVersion, owner, home }: ArchiveFacts): Row[] {
  const program = programVersion === null ? [] : [`OpenClaw ${programVersion}`];
  const node = nodeVersion === null ? [] : [`Node ${nodeVersion}`];
  const versions = [...program, ...node].join(", ");
  const group = owner?.group ?? owner?.gid;
  return [
    ...rows("installed", versions === "" ? [] : [versions]),
    ...rows(
      "owner",
      owner === null ? [] : [`${owner.name ?? owner.uid}:${group} (uid ${owner.uid}, gid ${owner.gid})`],
    ),
    ...rows("home", home === null ? [] : [home]),
  ];
}

type Fact<Name extends "databases" | "plugins" | "environment"> = NonNullable<ArchiveFacts[Name]>[number];

function databaseText({ path, userVersion, appVersion }: Fact<"databases">): string {
  if (userVersion === null) return `${path}: could not be read`;
  return `${path}: schema ${userVersion}${appVersion === null ? "" : `, by OpenClaw ${appVersion}`}`;
}

type Counts = NonNullable<ArchiveFacts["counts"]>;

function countsText({ agents, sessions, cronJobs, paired }: Counts): string {
  const known = sessions.flatMap(({ count: one }) => one ?? []);
  const unknown = sessions.filter(({ count: one }) => one === null).map(({ agent }) => agent);
  const total = known.reduce((sum, one) => sum + one, 0);
  return [
    count(agents, "agent"),
    count(total, "session") + (unknown.length === 0 ? "" : ` (not known of ${unknown.join(", ")})`),
    ...(cronJobs === null
      ? []
      : [`${count(cronJobs.total, "cron job")}, ${cronJobs.enabled} of them enabled`]),
    ...(paired === null ? [] : [count(paired.devices, "paired device")]),
  ].join("; ");
}

function channelText({ name, enabled, accounts, logins }: NonNullable<Counts["channels"]>[number]): string {
  const all = [...new Set([...accounts, ...logins])].join(", ");
  return `${name}: ${all}${enabled ? "" : ", turned off"}`;
}

const files: Readonly<Record<Fact<"plugins">["files"], string>> = {
  all: "its files are here",
  "without-packages": "its files are here, without downloaded packages",
  none: "its files are NOT here",
};

function pluginText({ id, source, spec, version, sourcePath, files: which }: Fact<"plugins">): string {
  const what = spec ?? sourcePath ?? version ?? "version not known";
  return `${id}: ${source} ${what}; ${files[which]}`;
}

const places: Readonly<Record<Fact<"environment">["where"], string>> = {
  file: "set in a file that is here",
  service: "set for the old machine's service only: set it on the new machine",
  "file-outside": "NOT here: set it on the new machine",
  environment: "NOT here: set it on the new machine",
  nowhere: "NOT here: set it on the new machine",
};

function variableText({ name, where }: Fact<"environment">): string {
  return `${name}: ${places[where]}`;
}
