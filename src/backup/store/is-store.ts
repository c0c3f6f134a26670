import { StoreError } from "../../store/errors.ts";
import { readMarker } from "../../store/marker.ts";

/** Whether a path is a store's, also of one that cannot be used. */
export async function isStore(path: string): Promise<boolean> {
  try {
    return (await readMarker(path)) !== undefined;
  } catch (error) {
    return error instanceof StoreError && (error.code === "newer-store" || error.code === "damaged-store");
  }
}
