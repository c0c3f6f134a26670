import type { Census } from "./census.ts";
import type { About } from "./machine.ts";
import type { Options } from "./options.ts";
import { type Row, tableOf } from "./table.ts";
import { judge, verdictsOf } from "./targets.ts";
import type { Skipped } from "./tools/tools.ts";

/** What figures of a run must be read with. */
export interface Facts extends About, Pick<Options, "tree" | "rounds" | "slowRounds"> {
  /** The tree. */
  readonly whole: Census;
  /** Entries that ocbak leaves out and the others take. */
  readonly leftOut: number;
  /** What was not measured. */
  readonly dropped: readonly Skipped[];
}

/** For machines: all samples of all rounds. */
export function resultsOf(rows: readonly Row[], facts: Facts): object {
  return { ...facts, rows, verdicts: judge(rows, sizeOf(facts)) };
}

/** For people, in Markdown. */
export function reportOf(rows: readonly Row[], facts: Facts): string {
  const { whole, commit, at, machine, versions, leftOut, dropped } = facts;
  const size = sizeOf(facts);
  const about = `ocbak at commit ${commit}, ${at.slice(0, 10)}; ${machine}.`;
  return [
    `${size ? `${size}: ` : ""}${whole.files} files, ${(whole.bytes / 1e6).toFixed(0)} MB`,
    tableOf(rows),
    `${about} Versions: ${Object.values(versions).join(", ")}.`,
    ...(leftOut > 0 ? [`ocbak leaves out ${leftOut} entries that the others take.`] : []),
    ...dropped.map(({ name, why }) => `Not measured: ${name}: ${lastLine(why)}`),
    verdictsOf(judge(rows, size)),
  ].join("\n\n");
}

function sizeOf({ tree }: Facts) {
  return typeof tree === "string" ? tree : undefined;
}

/** What a program said last is why it failed. */
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
