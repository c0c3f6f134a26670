import type {
  KnownBad,
  StoreVerifyReport,
  Subset,
  VerifiedArchive,
} from "../../backup/store/verify-store-report.ts";
import { errorText } from "../failure.ts";
import { statusOfVerdict } from "../exit-status.ts";
import { safe } from "../output.ts";
import { count, number, size } from "./units.ts";

/** What became of a store's archives: one line each of those that are not whole, then how much was read. */
export function storeVerifyText(report: StoreVerifyReport): string {
  const { store, read, archives, bytes, knownBad, neverRead, oldestReadAt, subset } = report;
  const readBytes = read.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = [
    ...read.filter((one) => !isFine(one)).map((one) => badLine(one)),
    ...knownBad.map((one) => knownLine(one)),
    `${safe(store)}: ${number(read.length)} of ${count(archives, "archive")} read, ${size(readBytes)} of ${size(bytes)}${partOf(subset)}`,
    ...levels(read),
    ...rest(neverRead, oldestReadAt),
  ];
  return `${lines.join("\n")}\n`;
}

/** The error and hint lines; nothing where all is well. */
export function storeVerifyFailure({ store, read, knownBad }: StoreVerifyReport): string {
  const bad = read.filter((one) => !isWhole(one)).length + knownBad.length;
  if (bad === 0) return "";
  return errorText(
    `${store}: ${count(bad, "archive")} not proved to be whole`,
    "`ocbak verify FILE` says what is wrong with one and which bytes to copy again, from another store for instance",
  );
}

function isWhole({ verdict }: VerifiedArchive): boolean {
  return (statusOfVerdict as Readonly<Record<string, number>>)[verdict] === 0;
}

function isFine(one: VerifiedArchive): boolean {
  return isWhole(one) && one.complete !== false;
}

function badLine(one: VerifiedArchive): string {
  const name = `  ${safe(one.name)}: `;
  if (isWhole(one)) return `${name}INCOMPLETE BACKUP: data that matters was missed when it was made`;
  return `${name}${one.verdict}${one.reason === null ? "" : `: ${safe(one.reason)}`}`;
}

function knownLine({ name, verdict, reason, at }: KnownBad): string {
  const why = reason === null ? "" : `: ${safe(reason)}`;
  return `  ${safe(name)}: ${safe(verdict)}${at === null ? "" : `, found ${dayOf(at)}; not read again`}${why}`;
}

function partOf(subset: Subset | null): string {
  if (subset === null) return "";
  if ("group" in subset) return ` (group ${subset.group} of ${subset.groups})`;
  if ("parts" in subset) return ` (one of ${subset.parts} parts, the longest unread first)`;
  return ` (what was due to have all read within ${spanText(subset.withinMs)})`;
}

function spanText(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours % 24 === 0 ? count(hours / 24, "day") : count(hours, "hour");
}

function levels(read: readonly VerifiedArchive[]): string[] {
  const keyless = read.filter(({ level }) => level === "intact").length;
  const isMixed = keyless > 0 && keyless < read.length;
  return isMixed
    ? [`  of these ${number(keyless)} as far as can be proved without a key: none that was given opens them`]
    : [];
}

function rest(neverRead: number, oldestReadAt: string | null): string[] {
  return [
    ...(neverRead === 0
      ? []
      : [`  ${count(neverRead, "archive")} of the others never read, or changed since`]),
    ...(oldestReadAt === null ? [] : [`  of the others the longest unread was read ${dayOf(oldestReadAt)}`]),
  ];
}

function dayOf(iso: string): string {
  return iso.split("T", 1)[0]!;
}
