import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Use } from "../backup/context.ts";

/** `verification`: this process reads an archive and does nothing else. */
type HeapUse = Use | "verification";

/**
 * `growing`, in percent, is how much an old generation may grow until it is collected: the less, the more often. For
 * 200,000 files a fifth keeps a create some 100 MiB smaller at its peak, for a twentieth more CPU time; threads that
 * read were collected fifty times in seven seconds with it. `young`, in MB, is half of a young generation, 16 where V8
 * is left alone: each doubling takes 10 to 20 MiB in all, and 3 % less CPU time, of a verification alone 5.
 */
const sizes = {
  capture: { growing: 20, young: 2 },
  reading: { growing: 100, young: 2 },
  verification: { growing: 100, young: 8 },
} as const satisfies Record<HeapUse, unknown>;

/** A smaller heap has little to give back. */
const worthCollectingBytes = 32 * 1024 * 1024;

/** Makes this process's heaps fit what comes: the old generations of all, the young ones of threads to come. */
export function prepareHeaps(use: HeapUse): void {
  const { growing, young } = sizes[use];
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString(`--min-semi-space-size=${young}`);
  setFlagsFromString("--max-semi-space-size=8");
  setFlagsFromString(`--heap-growing-percent=${growing}`);
  if (use === "reading") shrinkHeaps();
}

/**
 * Gives back to the system what this thread's heap and those of ended threads do not need any more. V8 keeps their pages
 * otherwise (130 MB after a capture of 200,000 files) until memory is short, and only an explicit collection says that.
 */
function shrinkHeaps(): void {
  if (getHeapStatistics().total_heap_size < worthCollectingBytes) return;
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
