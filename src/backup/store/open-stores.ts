import type { ArchiveStore } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import { markerName } from "../../store/marker.ts";
import type { Context } from "../context.ts";
import { openStore } from "./open-store.ts";

/** A store as the settings name it. */
export interface StoreSetting {
  readonly name: string;
  /** The folder. */
  readonly path: string;
}

/** A store of the settings, opened, or what kept it from that. */
export type OpenedStore = StoreSetting &
  ({ readonly store: ArchiveStore } | { readonly store: undefined; readonly error: unknown });

/**
 * Opens every store of the settings. One that cannot be opened, such as a disk that is not mounted, keeps no other from it.
 * A store that is there already, by another path to it, is refused: it would pass for a second copy, and be none.
 */
export async function openStores(
  settings: readonly StoreSetting[],
  context: Context,
): Promise<OpenedStore[]> {
  const opened: OpenedStore[] = [];
  for (const setting of settings) {
    try {
      const store = await openStore(setting.path, context);
      refuseTwice(store, opened);
      opened.push({ ...setting, store });
    } catch (error) {
      opened.push({ ...setting, store: undefined, error });
    }
  }
  return opened;
}

function refuseTwice({ id, place }: ArchiveStore, opened: readonly OpenedStore[]): void {
  const same = opened.find(({ store }) => store?.id === id);
  if (same === undefined) return;
  throw new StoreError("same-store", `${place} is the store ${same.name} once more: both have one mark`, {
    hint: `leave one of them out of the settings; where it is a copy of that folder, remove ${markerName} from it, and make it a store of its own: ocbak init ${place}`,
  });
}
