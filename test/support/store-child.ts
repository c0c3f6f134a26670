// Works on a store in a process of its own: `node store-child.ts SPEC`, SPEC being JSON. Prints a line when it has done
// so, and then keeps what it holds until its stdin ends or it is killed. `asUser`: without root's rights.
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { ArchiveStore } from "../../src/store/archive-store.ts";
import { initDirectoryStore, openDirectoryStore } from "../../src/store/directory-store.ts";
import { StoreError } from "../../src/store/errors.ts";

export interface StoreChildSpec {
  readonly path: string;
  readonly act: keyof typeof acts;
  readonly asUser?: number;
}

const name = "of-a-child.ocbak";

const acts = {
  /** Takes the lock. */
  lock: (store: ArchiveStore) => store.lock("prune"),
  /** Begins an archive, half written. */
  begin: async (store: ArchiveStore) => {
    const staged = await store.begin(name);
    await staged.write(Buffer.alloc(100_000));
    // Until then it may be in memory only.
    await staged.source();
    return staged;
  },
  /** All that a store can do, one after the other. */
  everything: async (store: ArchiveStore) => {
    {
      await using staged = await store.begin(name);
      await staged.write(Buffer.from("x"));
      await staged.publish();
      await store.changeNotes((notes) => notes);
      await using _lock = await store.lock("prune");
    }
    await store.remove((await store.stat(name))!);
    return { [Symbol.asyncDispose]: async () => {} };
  },
} as const;

const spec = JSON.parse(process.argv[2]!) as StoreChildSpec;
if (spec.asUser !== undefined) {
  process.setgroups!([]);
  process.setgid!(spec.asUser);
  process.setuid!(spec.asUser);
}
const context = {
  now: () => new Date(),
  processes: { host: hostname(), pid: process.pid, isRunning: (pid: number) => existsSync(`/proc/${pid}`) },
};
try {
  await initDirectoryStore(spec.path, context);
  await using _held = await acts[spec.act](await openDirectoryStore(spec.path, context));
  console.log("done");
  for await (const _chunk of process.stdin);
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.log(error.code);
}
