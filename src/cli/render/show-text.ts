import type { ShownGateway, ShownRoot, ShowReport } from "../../backup/show.ts";
import { safe } from "../output.ts";
import { count, entries, number, size, table } from "./units.ts";

/** Folders shown of each root; the rest are counted (`--json` has them all). */
const shownFolders = 20;

/** What `show` found, for people. */
export function showText(report: ShowReport): string {
  return `${[
    ...warnings(report),
    ...table(
      facts(report).map((row) => row.map(safe)),
      "",
    ),
    "",
    ...taken(report),
    ...outside(report),
    ...profiles(report),
  ].join("\n")}\n`;
}

function warnings({ warnings: lines }: ShowReport): string[] {
  return lines.length === 0 ? [] : [...lines.map((line) => `WARNING: ${safe(line)}`), ""];
}

function facts(report: ShowReport): string[][] {
  const { stateDir, configFile, credentialsDir, remote } = report;
  return [
    ["profile", report.profile ?? "default"],
    ["state dir", `${stateDir.path} (${stateDir.why})`],
    ["config file", configFile === null ? "none" : `${configFile.path} (${configFile.why})`],
    ["config dir", report.configDir],
    ["credentials", `${credentialsDir.path} (${credentialsDir.why})`],
    ["agents", report.agents.map(({ id }) => id).join(", ")],
    ["openclaw", report.openclawVersion ?? "version not known"],
    [
      "gateway",
      remote === null ? gateway(report.gateway) : `on another machine: ${remote.url ?? "no URL set"}`,
    ],
  ];
}

const signs = {
  lock: "its lock says so",
  lease: "by the lease in the state database",
  port: "by its port only",
  nothing: "no lock, no lease",
} as const satisfies Record<ShownGateway["sign"], string>;

const answers = {
  gateway: "a gateway answers",
  other: "another program answers, or a gateway with TLS",
  nobody: "nobody answers",
} as const;

function gateway({ state, sign, port, answer }: ShownGateway): string {
  const words = state === "unknown" ? "perhaps running" : state;
  return `${words} (${signs[sign]}); port ${port}: ${answer === null ? "not asked" : answers[answer]}`;
}

function taken({ roots }: ShowReport): string[] {
  const files = roots.reduce((sum, root) => sum + root.files, 0);
  const bytes = roots.reduce((sum, root) => sum + root.bytes, 0);
  return [
    `A backup takes ${count(files, "file")}, ${size(bytes)}:`,
    ...table(roots.map((root) => [root.id, amount(root), safe(root.path), safe(root.why)])),
    ...roots.flatMap(notTaken),
    ...roots.flatMap(folders),
    "",
  ];
}

function amount({ files, bytes }: Pick<ShownRoot, "files" | "bytes">): string {
  return `${count(files, "file")}, ${size(bytes)}`;
}

function notTaken({ id, unreadable, leftOut }: ShownRoot): string[] {
  return [
    ...(unreadable === 0 ? [] : [`  of ${id} UNREADABLE: ${entries(unreadable)}`]),
    ...(leftOut.entries === 0
      ? []
      : [
          `  of ${id} left out by rule: ${entries(leftOut.entries)}, ${size(leftOut.bytes)} (${leftOut.rules.join(", ")})`,
        ]),
  ];
}

function folders({ id, folders: list }: ShownRoot): string[] {
  if (list === undefined || list.length === 0) return [];
  const rows = list
    .slice(0, shownFolders)
    .map(({ path, leftOut, ...folder }) => [
      safe(path),
      amount(folder),
      leftOut.entries === 0 ? "" : `left out: ${size(leftOut.bytes)} (${leftOut.rules.join(", ")})`,
    ]);
  const more = list.length - rows.length;
  return ["", `Sizes in ${id}:`, ...table(rows), ...(more === 0 ? [] : [`  … and ${number(more)} more`])];
}

function outside({ outside: list }: ShowReport): string[] {
  if (list.length === 0) return [];
  return [
    "Outside, and not in a backup:",
    ...table(list.map(({ path, why }) => [safe(path), safe(why)])),
    "",
  ];
}

function profiles({ profiles: list, stateDir: own }: ShowReport): string[] {
  if (list.length === 0) return ["No profile has its state dir in this home."];
  const rows = list.map(({ profile, stateDir }) => [
    profile ?? "default",
    safe(stateDir),
    stateDir === own.path ? "this one" : "",
  ]);
  return ["Profiles of this user:", ...table(rows)];
}
