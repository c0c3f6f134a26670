import type { ArchiveStore } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import type { Leftover } from "../../store/leftovers.ts";
import type { Context } from "../context.ts";

/** An unfinished file of a run that was killed, or of one that is on. */
export interface FoundLeftover {
  readonly name: string;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly modifiedAt: string;
  /** `kept`: somebody may still be at work on it. */
  readonly fate: "kept" | "to-remove" | "removed";
}

/** What would be removed of what killed runs left in a store; changes nothing. Throws StoreError. */
export async function planLeftovers(store: ArchiveStore): Promise<FoundLeftover[]> {
  return (await store.leftovers()).map((found) => told(found, found.isAbandoned ? "to-remove" : "kept"));
}

/**
 * Removes what killed runs left in a store, as far as surely nobody is at work on it. What keeps it from that is told as a
 * notice: it never hides what else was done there. Throws StoreError where the store cannot be listed.
 */
export async function clearLeftovers(store: ArchiveStore, { notice }: Context): Promise<FoundLeftover[]> {
  const found = await store.leftovers();
  const removed = new Set<string>();
  try {
    for (const { name } of await store.removeLeftovers()) removed.add(name);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    notice(`warning: ${error.message}`);
  }
  return found.map((one) => told(one, removed.has(one.name) ? "removed" : "kept"));
}

function told({ name, sizeBytes, modifiedAt }: Leftover, fate: FoundLeftover["fate"]): FoundLeftover {
  return { name, sizeBytes, modifiedAt, fate };
}
