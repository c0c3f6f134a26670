import type { ArchiveStore } from "../../store/archive-store.ts";
import { openDirectoryStore } from "../../store/directory-store.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";
import type { StoreSetting } from "./run-options.ts";

/** A store of the settings, opened, or what kept it from that. */
export type OpenedStore = StoreSetting &
  ({ readonly store: ArchiveStore } | { readonly store: undefined; readonly error: unknown });

/** Opens every store of the settings. One that cannot be opened, such as a disk that is not mounted, keeps no other from it. */
export async function openStores(
  settings: readonly StoreSetting[],
  context: Context,
): Promise<OpenedStore[]> {
  const opened: OpenedStore[] = [];
  const surroundings = { now: context.now, processes: processesOf(context) };
  for (const setting of settings) {
    try {
      opened.push({ ...setting, store: await openDirectoryStore(setting.path, surroundings) });
    } catch (error) {
      opened.push({ ...setting, store: undefined, error });
    }
  }
  return opened;
}
