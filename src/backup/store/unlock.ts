import type { FoundLock, LockHolder } from "../../store/lock-holder.ts";
import type { Context } from "../context.ts";
import { openStore } from "./open-store.ts";

/** `ocbak unlock`. */
export interface UnlockReport {
  readonly store: string;
  readonly storeId: string;
  /** The lock that was taken away; null: nobody held the store. */
  readonly removed: {
    /** Who left it; null where that cannot be read. */
    readonly holder: {
      readonly host: string;
      readonly pid: number;
      readonly purpose: string;
      readonly since: string;
    } | null;
    /** `unknown`: nobody here can tell whether its process lives. */
    readonly life: FoundLock["life"];
  } | null;
}

/**
 * Takes the lock of a store away that a killed process left; `force`: also one of another host. `path` is absolute.
 * Throws StoreError `locked`, naming the holder, where its process lives or may live.
 */
export async function unlockStore(
  { path, force }: { readonly path: string; readonly force: boolean },
  context: Context,
): Promise<UnlockReport> {
  const store = await openStore(path, context);
  const found = await store.breakLock(force);
  const removed = found === undefined ? null : { holder: holderOf(found.holder), life: found.life };
  return { store: store.place, storeId: store.id, removed };
}

function holderOf(found: LockHolder | null): NonNullable<UnlockReport["removed"]>["holder"] {
  if (found === null) return null;
  const { purpose, since, holder } = found;
  return { host: holder.host, pid: holder.pid, purpose, since };
}
