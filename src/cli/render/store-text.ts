import type { SeriesName } from "../../backup/store/store-reports.ts";
import { safe } from "../output.ts";
import { count } from "./units.ts";

/** `alex-pc, profile work: /home/alex/.openclaw-work`. */
export function seriesName({ host, profile, stateDir }: SeriesName): string {
  return `${safe(host)}${profile === null ? "" : `, profile ${safe(profile)}`}: ${safe(stateDir)}`;
}

interface Unknown {
  readonly name: string;
  readonly verdict: string;
  readonly reason: string | null;
}

/** Files of which it cannot be told whose they are, and how many others there are. */
export function leftAlone(unknown: readonly Unknown[], foreign: number): string[] {
  return [
    ...unknown.map(
      ({ name, verdict, reason }) =>
        `left alone: ${safe(name)} (${safe(verdict)}${reason === null ? "" : `: ${safe(reason)}`})`,
    ),
    ...(foreign === 0 ? [] : [`left alone: ${count(foreign, "file that is", "files that are")} no archive`]),
  ];
}

/** `2026-11-22 03:00:11`: UTC, as in the names of archives. */
export function dateText(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}
