import type { CreateReport } from "../../backup/reports.ts";
import { safe } from "../output.ts";
import { entries } from "./units.ts";

/** What is worth knowing of a backup and no trouble: a line each. */
export function remarks({ notices, notCaptured: { extendedAttributes } }: CreateReport): string[] {
  const lines = notices.map((notice) => `Note: ${safe(notice)}.`);
  if (extendedAttributes === null || extendedAttributes.entries === 0) return lines;
  const { examples, entries: count } = extendedAttributes;
  const more = count > examples.length ? ", …" : "";
  const names = examples.map(({ path }) => safe(path)).join(", ");
  return [
    ...lines,
    `Not in the archive: extended attributes and ACLs of ${entries(count)} (${names}${more}).`,
  ];
}
