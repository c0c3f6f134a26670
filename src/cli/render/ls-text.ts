import type { EntryType } from "../../format/entry.ts";
import { safe } from "../output.ts";
import type { ListedEntry } from "../../backup/reports.ts";

/** An entry as `ocbak ls` prints it, and as `cat` and `extract` take it where nothing in it is escaped. */
export function shortLine(entry: ListedEntry): string {
  return (
    safe(entry.path) +
    (entry.status === "ok" || entry.status === "database" ? "" : `  (${safe(entry.status)})`)
  );
}

const letters = { file: "-", directory: "d", symlink: "l", hardlink: "h" } as const satisfies Record<
  EntryType,
  string
>;

/** `-rw-------  alex:alex  1,024  2026-01-02T03:04:05Z  sealed  state/openclaw.json`, then what is odd about it. */
export function longLine(entry: ListedEntry): string {
  const columns = [
    letters[entry.type] + modeText(entry.mode),
    `${safe(entry.owner ?? "")}:${safe(entry.group ?? "")}`.padEnd(15),
    String(entry.size ?? "-").padStart(12),
    (entry.mtime === undefined ? "-" : timeText(entry.mtime)).padEnd(20),
    entry.section.padEnd(6),
  ];
  const target = entry.target === undefined ? "" : ` -> ${safe(entry.target)}`;
  const reason = entry.reason === undefined ? "" : `: ${safe(entry.reason)}`;
  const odd = entry.status === "ok" ? "" : `  (${safe(entry.status)}${reason})`;
  return `${columns.join("  ")}  ${safe(entry.path)}${target}${odd}`;
}

/** `rw-r-----`. */
function modeText(mode: number | undefined): string {
  if (mode === undefined) return "?????????";
  return [6, 3, 0].map((shift) => triple((mode >> shift) & 7)).join("");
}

function triple(bits: number): string {
  return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
}

/** Nanoseconds since 1970 to the second in UTC; as the bare number where no date has that many. */
function timeText(nanoseconds: string): string {
  const date = new Date(Math.floor(Number(nanoseconds) / 1e6));
  return Number.isNaN(date.getTime()) ? nanoseconds : date.toISOString().replace(/\.\d+Z$/, "Z");
}
