import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  type Jobs,
  type JobRunner,
  LocalRunner,
  WorkerPool,
  barrier,
} from "../../../src/backup/workers/worker-pool.ts";
import { workerScript } from "../../../src/backup/workers/worker-thread.ts";
import type { CountJob } from "./counting.ts";

function pool(count: number): { runner: WorkerPool<CountJob, string>; made: Int32Array } {
  const made = new Int32Array(new SharedArrayBuffer(4));
  const script = workerScript("counting-worker", import.meta.url);
  return { runner: new WorkerPool(script, { count, workerData: { made } }), made };
}

async function all(runner: JobRunner<CountJob, string>, jobs: Jobs<CountJob>): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of runner.inOrder(jobs)) parts.push(part);
  return parts;
}

function* oneThenNone(): Generator<CountJob> {
  yield { name: "a", to: 1 };
  throw new Error("no more jobs");
}

describe("a pool of threads", () => {
  it("hands out the parts of all answers in the order of the jobs, whichever is done first", async () => {
    const { runner } = pool(3);
    await using _pool = runner;
    const jobs = Array.from({ length: 12 }, (_, at) => ({
      name: `${at}-`,
      to: at % 4,
      waitMs: (at * 7) % 20,
    }));
    const expected = jobs.flatMap(({ name, to }) => Array.from({ length: to }, (_, at) => `${name}${at}`));
    expect(await all(runner, jobs)).toEqual(expected);
    expect(await all(runner, jobs.toReversed())).toHaveLength(expected.length);
  });

  it("makes an answer no faster than it is taken", async () => {
    const { runner, made } = pool(1);
    await using _pool = runner;
    const parts = runner.inOrder([{ name: "a", to: 1000 }]);
    await parts.next();
    await setTimeout(100);
    expect(Atomics.load(made, 0)).toBeLessThan(6);
    for await (const _ of parts);
    expect(Atomics.load(made, 0)).toBe(1000);
  });

  it("asks for no more jobs than it may begin ahead", async () => {
    const { runner } = pool(2);
    await using _pool = runner;
    let asked = 0;
    const parts = runner.inOrder(
      (function* () {
        for (let at = 0; at < 100; at++) {
          asked += 1;
          yield { name: "a", to: 1 };
        }
      })(),
    );
    await parts.next();
    await setTimeout(100);
    expect(asked).toBeLessThan(8);
  });

  it("asks for what follows a barrier only once all parts before it were taken", async () => {
    const { runner } = pool(2);
    await using _pool = runner;
    const seen: string[] = [];
    const jobs = function* (): Generator<CountJob | typeof barrier> {
      yield { name: "a", to: 2 };
      yield { name: "b", to: 2, waitMs: 20 };
      yield barrier;
      yield { name: `after ${seen.join(" ")} `, to: 1 };
    };
    for await (const part of runner.inOrder(jobs())) seen.push(part);
    expect(seen.at(-1)).toBe("after a0 a1 b0 b1 0");
  });

  it("fails with the error of a job, class, code, hint and cause, once what came before is taken", async () => {
    const { runner } = pool(2);
    await using _pool = runner;
    const seen: string[] = [];
    const failing = async (): Promise<void> => {
      const jobs = [
        { name: "a", to: 2, waitMs: 30 },
        { name: "b", to: 1, fails: true },
        { name: "c", to: 1 },
      ];
      for await (const part of runner.inOrder(jobs)) seen.push(part);
    };
    await expect(failing()).rejects.toMatchObject({
      name: "DiskError",
      code: "io",
      message: "b cannot be counted",
      hint: "count less",
      cause: { message: "no fingers" },
    });
    expect(seen).toEqual(["a0", "a1", "b0"]);
  });

  it("fails where a thread ends, also for jobs that come after", async () => {
    const { runner } = pool(1);
    await using _pool = runner;
    await expect(all(runner, [{ name: "a", to: 1, dies: true }])).rejects.toThrow(/ended early/);
    await expect(all(runner, [{ name: "b", to: 1 }])).rejects.toThrow(/ended early|nothing left/);
  });

  it("fails where a job cannot be made, amid others", async () => {
    const { runner } = pool(1);
    await using _pool = runner;
    await expect(all(runner, oneThenNone())).rejects.toThrow("no more jobs");
  });
});

it("without threads the same jobs are done here", async () => {
  const runner = new LocalRunner<CountJob, string>(({ name, to }) =>
    Array.from({ length: to }, (_, at) => `${name}${at}`),
  );
  expect(await all(runner, [{ name: "a", to: 1 }, barrier, { name: "b", to: 2 }])).toEqual([
    "a0",
    "b0",
    "b1",
  ]);
});
