import { expect, test } from "vitest";
import { jobs } from "../../bench/jobs.ts";
import { median } from "../../bench/measure.ts";
import { bytesRead } from "../../bench/read-share.ts";
import { reportOf } from "../../bench/report.ts";
import { type Measured, pairedRatio, rowsOf, tableOf } from "../../bench/table.ts";
import { judge, verdictsOf } from "../../bench/targets.ts";

function measured(tool: string, walls: readonly number[], more: Partial<Measured> = {}): Measured {
  const rounds = walls.map((wallSeconds) => ({ wallSeconds, cpuSeconds: 2 * wallSeconds, peakMiB: 100 }));
  return { job: jobs.create, tool, by: `${tool} | it`, rounds, ...more };
}

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1, 2, 100], 3],
])("the median of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

test("ratios are taken round by round: a slow minute that hits both does not count", () => {
  const own = measured("ocbak", [1, 10, 1]);
  expect(pairedRatio(measured("peer", [2, 20, 2]), own)).toBe(2);
});

test("a peer that had fewer rounds is compared in these", () => {
  const own = measured("ocbak", [4, 1, 1]);
  expect(pairedRatio(measured("slow", [8]), own)).toBe(2);
  expect(pairedRatio(own, measured("slow", [8]))).toBe(0.5);
});

test("a table has medians, and ratios to the first row of the job", () => {
  const rows = rowsOf([
    measured("ocbak", [1, 3, 2], { outputBytes: 1_500_000, readShare: 0.012 }),
    measured("peer", [2, 6, 5]),
  ]);
  expect(tableOf(rows).split("\n").slice(2)).toEqual([
    "| create | `ocbak \\| it` | 3 | 2.00 | 4.00 | 100 | 1.5 | 1.20 % | 1.00 |",
    "| create | `peer \\| it` | 3 | 5.00 | 10.00 | 100 |  |  | 2.00 |",
  ]);
});

const pipe = measured("pipe", [2], { outputBytes: 100 });

test.each([
  { output: 105, wall: 2, outputMet: "yes", wallMet: "yes" },
  { output: 106, wall: 2.1, outputMet: "**no**", wallMet: "**no**" },
])("a target is met up to its limit: $output % of the output, $wall s of 2", ({ output, wall, ...met }) => {
  const own = measured("ocbak", [wall], { outputBytes: output });
  const lines = verdictsOf(judge(rowsOf([own, pipe]), "M")).split("\n");
  expect(lines.find((line) => line.includes("output /"))).toContain(met.outputMet);
  expect(lines.find((line) => line.startsWith("| create | wall / tar"))).toContain(met.wallMet);
});

test("what was not measured is said, and what does not hold for a size is not", () => {
  const verdicts = judge(rowsOf([measured("ocbak", [1]), pipe]), "M");
  expect(verdicts.find(({ target }) => target === "wall / restic")?.measured).toBeUndefined();
  expect(verdictsOf(verdicts)).toContain("not measured");
  expect(verdicts.some(({ job, limit }) => job === jobs.cold && limit < 1)).toBe(false);
  expect(judge([], undefined).some(({ target }) => target.includes("MiB"))).toBe(false);
});

test("the worst of the two ways of reading one file counts, and the worst round for memory", () => {
  const rows = rowsOf([
    measured("ocbak", [0.1], { job: jobs.cat, readShare: 0.001 }),
    measured("ocbak", [0.4], { job: jobs.cat, readShare: 0.02, variant: "sealed" }),
  ]);
  const of = (target: string) =>
    judge(rows, "M").find((verdict) => verdict.job === jobs.cat && verdict.target === target)?.measured;
  expect(of("seconds of the whole process")).toBe(0.4);
  expect(of("percent of the archive read")).toBe(2);
  expect(of("MiB of memory at the peak")).toBe(100);
});

test("bytes read are what the calls returned, also those that another thread interrupted", () => {
  const log = [
    '101 pread64(17, "ab"..., 4096, 0) = 2',
    "101 pread64(17,  <unfinished ...>",
    '102 read(18, "", 10)       = 0',
    '101 <... pread64 resumed>"cd"..., 4096, 4096) = 4096',
    "103 read(18, 0x7f, 10) = -1 EAGAIN (Resource temporarily unavailable)",
  ];
  expect(bytesRead(`${log.join("\n")}\n`)).toBe(4098);
});

test("a report names who was not measured and why, and what ocbak left out of a tree", () => {
  const facts = {
    at: "2026-11-23T05:00:00.000Z",
    commit: "abc1234",
    machine: "2 cores",
    versions: { ocbak: "ocbak 1" },
    tree: { home: "/home/user" },
    whole: { files: 12, bytes: 3e6 },
    rounds: 1,
    slowRounds: 1,
    leftOut: 7,
    dropped: [{ name: "dar -t", why: "dar -t it\nended with 1: no such archive\n" }],
  };
  const report = reportOf(rowsOf([measured("ocbak", [1])]), facts);
  expect(report).toMatch(/^12 files, 3 MB\n/);
  expect(report).toContain("Not measured: dar -t: ended with 1: no such archive");
  expect(report).toContain("leaves out 7 entries");
  expect(report).toContain("ocbak at commit abc1234, 2026-11-23; 2 cores. Versions: ocbak 1.");
});
