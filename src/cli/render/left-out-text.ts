import type { LeftOutByRule } from "../../backup/left-out.ts";
import { safe } from "../output.ts";
import { count, entries, size } from "./units.ts";

/** Rules told in one line; the rest are counted. */
const toldRules = 8;

/** `Left out: logs 2.6 GiB, cache 54.0 MiB, special-file 2 entries.` */
export function leftOutLine(list: readonly LeftOutByRule[]): string {
  // Of sockets and their like there is no size to come first by.
  const told = list
    .filter(({ rule }, index) => index < toldRules || rule === "special-file")
    .map((one) => `${one.rule} ${amountOf(one)}`);
  const more = list.length - told.length;
  return `Left out: ${told.join(", ")}${more === 0 ? "" : ` and by ${count(more, "more rule")}`}.`;
}

function amountOf({ entries: number, bytes }: LeftOutByRule): string {
  return bytes === 0 ? entries(number) : size(bytes);
}

export function leftOutRows(list: readonly LeftOutByRule[]): string[][] {
  return list.map(({ rule, class: of, why, ...sum }) => [
    rule,
    entries(sum.entries),
    size(sum.bytes),
    of ?? "as you asked",
    safe(why),
  ]);
}

/** What nothing could make again is left out for its size only: how to take it along. */
export function leftOutHint(list: readonly LeftOutByRule[]): string[] {
  return list
    .filter((one) => one.class === "private" && one.include.length > 0)
    .map(
      ({ rule, bytes, include }) =>
        `  To take ${rule} along (${size(bytes)}): ${include.map((glob) => `--include '${safe(glob)}'`).join(" ")}`,
    );
}
