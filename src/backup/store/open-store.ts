import type { ArchiveStore } from "../../store/archive-store.ts";
import { openDirectoryStore } from "../../store/directory-store.ts";
import { StoreError } from "../../store/errors.ts";
import { readMarker } from "../../store/marker.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";

/** Opens a store by its folder. Throws StoreError. */
export function openStore(path: string, context: Context): Promise<ArchiveStore> {
  return openDirectoryStore(path, { now: context.now, processes: processesOf(context) });
}

/** Whether a path is a store's, also of one that cannot be used. */
export async function isStore(path: string): Promise<boolean> {
  try {
    return (await readMarker(path)) !== undefined;
  } catch (error) {
    return error instanceof StoreError && (error.code === "newer-store" || error.code === "damaged-store");
  }
}
