import type { InitReport } from "../../backup/store/init.ts";
import { safe } from "../output.ts";
import { are, count, size } from "./units.ts";

/** What became of a folder that was to be a store, for people: what is wrong stands first. */
export function initText(report: InitReport): string {
  const { store, isNew, archives, foreign, freeBytes, warnings, notices } = report;
  const others =
    foreign === 0 ? "" : `, and ${count(foreign, "other file", "other files")}, which ocbak leaves alone`;
  return `${[
    ...warnings.map((warning) => `WARNING: ${safe(warning)}.`),
    `${safe(store)} is a store${isNew ? " now" : ", and was one before"}.`,
    `${count(archives, "archive")} ${are(archives)} in it${others}${freeBytes === null ? "" : `; ${size(freeBytes)} are free`}.`,
    ...notices.map((notice) => `Note: ${safe(notice)}.`),
  ].join("\n")}\n`;
}
