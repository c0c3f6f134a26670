import type { ShownGateway, ShownRoot, ShowReport } from "../../backup/show.ts";
import { safe } from "../output.ts";
import { leftOutHint, leftOutRows } from "./left-out-text.ts";
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
    ...classes(report),
    ...leftOut(report),
    ...madeAgain(report),
    ...report.roots.flatMap(folders),
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

const meanings = {
  secret: "opens accounts or machines",
  private: "your data",
  plain: "programs and settings as others have them",
  regenerable: "could be made again",
  volatile: "true for the running process only: restoring it does harm",
  never: "",
} as const satisfies Record<ShowReport["classes"][number]["class"], string>;

function taken({ roots }: ShowReport): string[] {
  const files = roots.reduce((sum, root) => sum + root.files, 0);
  const bytes = roots.reduce((sum, root) => sum + root.bytes, 0);
  return [
    `A backup takes ${count(files, "file")}, ${size(bytes)}:`,
    ...table(roots.map((root) => [root.id, amount(root), safe(root.path), safe(root.why)])),
    ...roots.flatMap(unreadable),
    "",
  ];
}

function amount({ files, bytes }: Pick<ShownRoot, "files" | "bytes">): string {
  return `${count(files, "file")}, ${size(bytes)}`;
}

function unreadable({ id, unreadable: missed }: ShownRoot): string[] {
  return missed === 0 ? [] : [`  of ${id} UNREADABLE: ${entries(missed)}`];
}

function classes({ classes: list }: ShowReport): string[] {
  return [
    "Of it is:",
    ...table(list.map(({ class: of, ...sum }) => [of, amount(sum), meanings[of]])),
    "  What each path is, and what becomes of it: docs/what-is-taken.md",
    "",
  ];
}

function leftOut({ leftOut: list }: ShowReport): string[] {
  if (list.length === 0) return [];
  return ["Left out:", ...table(leftOutRows(list)), ...leftOutHint(list), ""];
}

function madeAgain({ madeAgain: list }: ShowReport): string[] {
  if (list.length === 0) return [];
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  return [
    `Of the workspaces ${size(bytes)} could be made again, and is taken all the same:`,
    ...table(list.map(({ name, folders: places, ...sum }) => [name, count(places, "folder"), amount(sum)])),
    `  leave it out with --exclude '**/${list[0]!.name}', or a line ${list[0]!.name}/ in a .ocbakignore`,
    "",
  ];
}

function folders({ id, folders: list }: ShownRoot): string[] {
  if (list === undefined || list.length === 0) return [];
  const rows = list
    .slice(0, shownFolders)
    .map(({ path, leftOut: left, classes: of, ...folder }) => [
      safe(path),
      amount(folder),
      of.map((one) => one.class).join(", "),
      left.entries === 0 ? "" : `left out: ${size(left.bytes)} (${left.rules.join(", ")})`,
    ]);
  const more = list.length - rows.length;
  const rest = more === 0 ? [] : [`  … and ${number(more)} more`];
  return [`Sizes in ${id}:`, ...table(rows), ...rest, ""];
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
