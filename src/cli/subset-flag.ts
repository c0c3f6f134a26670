import type { Subset } from "../backup/store/verify-store-report.ts";
import { durationMs, isDuration } from "../config/duration.ts";
import { CliError } from "./errors.ts";

const groupsMax = 1000;

/** `1/30`: a group of so many; `auto/30`: a thirtieth; `30d`: what is due for all to be read within that time. */
export function subsetOf(text: string): Subset {
  if (isDuration(text)) return { withinMs: durationMs(text) };
  const [, which, count] = /^(auto|[0-9]{1,4})\/([0-9]{1,4})$/.exec(text) ?? [];
  const [group, groups] = [Number(which), Number(count)];
  if (which === "auto" && groups >= 1 && groups <= groupsMax) return { parts: groups };
  if (group >= 1 && group <= groups && groups <= groupsMax) return { group, groups };
  throw new CliError("usage", `${JSON.stringify(text)} is no part of a store`, {
    hint: `write 30d for what is due to have all read within 30 days, auto/30 for a thirtieth, the longest unread first, or 1/30 for the first of thirty groups (at most ${groupsMax})`,
  });
}
