import type { ArchiveFactsCache } from "../../records/archive-facts-cache.ts";
import type { ArchiveStore, StoredArchive } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import type { Context } from "../context.ts";
import { inParallel } from "./in-parallel.ts";
import { type ArchiveFacts, QuickCheck, quickCheck } from "./quick-check.ts";

/** Where what was read of archives is kept. */
export type FactsCache = Pick<ArchiveFactsCache, "of" | "update">;

/** An archive of a store after a quick look. */
export interface Checked {
  readonly stored: StoredArchive;
  /** `unreadable`: the store could not give its bytes. */
  readonly verdict: QuickCheck["verdict"] | "unreadable";
  readonly reason: string | null;
  readonly facts: ArchiveFacts | null;
}

/** A share on the network takes its time for each read. */
const archivesAtOnce = 16;

/** Looks at each of them, or takes what was read of the same version before. Those gone meanwhile are left out. */
export async function checkArchives(
  store: ArchiveStore,
  listed: readonly StoredArchive[],
  cache: FactsCache | undefined,
  context: Context,
): Promise<Checked[]> {
  const known = cache?.of(store.id);
  const fresh: { name: string; version: string; facts: QuickCheck }[] = [];
  context.progress.start("look at archives", undefined);
  const checked = await inParallel(listed, archivesAtOnce, async (stored) => {
    context.signal.throwIfAborted();
    const cached = known?.get(stored.name);
    const before = cached?.version === stored.version ? QuickCheck.safeParse(cached.facts).data : undefined;
    const check = before ?? (await checkOne(store, stored, context));
    if (before === undefined && check !== undefined && check.verdict !== "unreadable")
      fresh.push({ name: stored.name, version: stored.version, facts: check as QuickCheck });
    return check && { stored, ...check };
  });
  context.progress.finish();
  if (fresh.length > 0) cache?.update(store.id, fresh, new Set(listed.map(({ name }) => name)));
  return checked.filter((one) => one !== undefined);
}

async function checkOne(
  store: ArchiveStore,
  { name }: StoredArchive,
  { progress }: Context,
): Promise<Omit<Checked, "stored"> | undefined> {
  try {
    await using source = await store.open(name);
    return await quickCheck({
      sizeBytes: source.sizeBytes,
      read(offset, length) {
        progress.advance(length);
        return source.read(offset, length);
      },
    });
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    if (cause.code === "not-found") return undefined;
    return { verdict: "unreadable", reason: cause.message, facts: null };
  }
}
