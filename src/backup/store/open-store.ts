import type { ArchiveStore } from "../../store/archive-store.ts";
import { openDirectoryStore } from "../../store/directory-store.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";

/** Opens a store by its folder. Throws StoreError. */
export function openStore(path: string, context: Context): Promise<ArchiveStore> {
  return openDirectoryStore(path, { now: context.now, processes: processesOf(context) });
}
