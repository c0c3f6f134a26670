import { workerData } from "node:worker_threads";
import { DescriptorSource } from "../../store/descriptor-source.ts";
import { JobServer } from "../workers/serve-jobs.ts";
import type { ReadJob } from "./jobs.ts";
import { PartReader } from "./part-reader.ts";
import type { ThreadSetting } from "./read-threads.ts";
import { visitorOf } from "./file-visitor.ts";

const { setting, file, bytes } = workerData as ThreadSetting;

const reader = new PartReader(new DescriptorSource(file), setting, {
  visitor: visitorOf(setting),
  onBytes: (count) => Atomics.add(bytes, 0, BigInt(count)),
});

new JobServer<ReadJob, "read">(async function* (job) {
  await reader.read(job);
  yield { part: "read" };
}).listen();
