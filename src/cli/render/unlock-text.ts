import type { UnlockReport } from "../../backup/store/unlock.ts";
import { safe } from "../output.ts";

/** Whose lock was taken away, for people. */
export function unlockText({ store, removed }: UnlockReport): string {
  if (removed === null) return `${safe(store)} is not locked.\n`;
  const { holder, life } = removed;
  const whose =
    holder === null
      ? "one that cannot be read"
      : `that of process ${holder.pid} of ${safe(holder.host)} (${safe(holder.purpose)}, since ${safe(holder.since)})`;
  return `${safe(store)} is unlocked: the lock was ${whose}${life === "dead" ? ", which is dead" : ""}.\n`;
}
