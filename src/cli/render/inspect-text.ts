import { safe } from "../output.ts";
import type { InspectReport } from "../../backup/reports.ts";
import { factRows } from "./facts-text.ts";
import { count, entries, size, table } from "./units.ts";

/** An inspect report for people. Nothing in it is proved: `verify` does that. */
export function inspectText(report: InspectReport): string {
  const { installation } = report;
  const rows = [
    ["id", report.archiveId],
    ["made", `${report.createdAt} by ${report.tool}, format ${report.formatVersion}`],
    ["size", size(report.sizeBytes)],
    ["profile", installation.profile ?? "default"],
    ["state", installation.stateDir],
    ...installation.workspaces.map(({ agents, path }) => [`workspace of ${agents.join(", ")}`, path]),
    ["host", `${installation.host} (${installation.platform})`],
    ["openclaw", installation.openclawVersion ?? "version not known"],
    ...(report.facts === null ? [] : factRows(report.facts)),
    ...(report.series === null ? [] : [["series", `${report.series.id}, number ${report.series.sequence}`]]),
    ...(report.tags.length === 0 ? [] : [["tags", report.tags.join(", ")]]),
    ["sealed", sealing(report)],
    ...report.sections.map((section) => [section.name, sectionText(section)]),
    ["capture", capture(report)],
    ["signed", signer(report)],
  ];
  const lines = table(rows.map((row) => row.map(safe)));
  return `${[`${safe(report.archive)}:`, ...lines, "Nothing of this is proved yet: `ocbak verify` does that."].join("\n")}\n`;
}

function sealing({ sealing: { passphrase, recipientCount, opened } }: InspectReport): string {
  const to = passphrase ? "with a passphrase" : `to ${count(recipientCount ?? 0, "recipient")}`;
  return `${to}; ${opened ? "your key opens it" : "no key at hand opens it"}`;
}

function sectionText(section: InspectReport["sections"][number]): string {
  const what = section.entries === null ? "" : `${entries(section.entries)}, `;
  const content = section.contentBytes === null ? "" : `${size(section.contentBytes)} of content in `;
  return `${what}${content}${size(section.storedBytes)}`;
}

function capture({ capture: { complete } }: InspectReport): string {
  if (complete === null) return "the key tells whether it was complete";
  return complete ? "complete" : "INCOMPLETE: data that matters was missed when it was made";
}

function signer({ signer: found }: InspectReport): string {
  if (found === null) return "by nobody";
  return `by ${found.key}${found.trusted ? ", whom you trust" : ", who is not among your trusted signers"}`;
}
