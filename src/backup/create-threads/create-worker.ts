import type { CaptureServer } from "../capture/capture-server.ts";
import type { EntryScanner } from "../content-scan/scan-entry.ts";
import { receivedEntries } from "../workers/posted-entries.ts";
import { JobServer, type Served } from "../workers/serve-jobs.ts";
import type { CreateJob, CreatePart, CreateSetting } from "./jobs.ts";

let scanner: EntryScanner | undefined;
let capture: CaptureServer | undefined;

new JobServer<CreateJob | CreateSetting, CreatePart, Uint8Array, Uint8Array>(answer, (raw) =>
  capture!.compress(raw),
).listen();

async function* answer(job: CreateJob | CreateSetting): AsyncGenerator<Served<CreatePart>> {
  if ("forScan" in job) {
    const { EntryScanner: Scanner } = await import("../content-scan/scan-entry.ts");
    scanner = new Scanner(job.forScan.values, job.forScan.bytesMax);
  } else if ("forCapture" in job) {
    const { CaptureServer: Server } = await import("../capture/capture-server.ts");
    scanner = undefined;
    capture = new Server(job.forCapture);
  } else if ("scan" in job) yield { part: { verdicts: await scanner!.scan(receivedEntries(job.scan)) } };
  else yield* capture!.answer(job);
}
