import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const heap = new URL("../../src/cli/heap.ts", import.meta.url).href;

/** What a process of its own tells: flags hold for a whole process. */
function told(program: string): unknown {
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }),
  );
}

it("what a heap does not need any more goes back to the system", () => {
  const { full, shrunk } = told(`
    import { prepareHeaps } from ${JSON.stringify(heap)};
    prepareHeaps("capture");
    let held = Array.from({ length: 500_000 }, (_, n) => ({ path: "a/path/of/some/length/" + n, size: n }));
    const full = process.memoryUsage.rss() + 0 * held.length;
    held = undefined;
    prepareHeaps("reading");
    console.log(JSON.stringify({ full, shrunk: process.memoryUsage.rss() }));
  `) as { full: number; shrunk: number };
  expect(shrunk).toBeLessThan(full - 30 * 1024 * 1024);
});

/** How often the old generation was collected while it grew. */
function collections(use: string): unknown {
  return told(`
    import { PerformanceObserver, constants } from "node:perf_hooks";
    import { setImmediate } from "node:timers/promises";
    import { prepareHeaps } from ${JSON.stringify(heap)};
    prepareHeaps("capture");
    prepareHeaps(${JSON.stringify(use)});
    let majors = 0;
    new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries())
        if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) majors += 1;
    }).observe({ entryTypes: ["gc"] });
    const held = [];
    for (let n = 0; n < 1000; n++) {
      held.push(Array.from({ length: 1000 }, (_, n) => ({ n })));
      await setImmediate();
    }
    console.log(JSON.stringify(majors + 0 * held.length));
  `);
}

it("how much an old generation may grow can be changed while the process runs", () => {
  expect(collections("capture")).toBeGreaterThan(collections("reading") as number);
});
