import { workerData } from "node:worker_threads";
import { DiskError } from "../../../src/disk/errors.ts";
import { JobServer } from "../../../src/backup/workers/serve-jobs.ts";
import type { CountJob } from "./counting.ts";

const { made } = workerData as { made: Int32Array };

/** Counts up to a number, after a while; fails or ends where it is told to. */
new JobServer<CountJob, string>(async function* ({ name, to, waitMs = 0, fails = false, dies = false }) {
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  if (dies) process.exit(3);
  for (let at = 0; at < to; at++) {
    Atomics.add(made, 0, 1);
    yield { part: `${name}${at}` };
  }
  if (fails)
    throw new DiskError("io", `${name} cannot be counted`, {
      hint: "count less",
      cause: new Error("no fingers"),
    });
}).listen();
