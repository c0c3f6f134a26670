import type { ContentVerdict } from "../../disk/scan.ts";
import type { CaptureSetting, CapturedPart, PostedJob } from "../capture/jobs.ts";
import type { ScanSetting } from "../content-scan/content-scan.ts";
import type { PostedEntries } from "../workers/posted-entries.ts";

/** What a thread is told before the first job of its kind. Plain data: it is posted. */
export type CreateSetting = { readonly forScan: ScanSetting } | { readonly forCapture: CaptureSetting };

/** What one of the threads of a backup does: it looks for secrets first, then it captures. */
export type CreateJob = { readonly scan: PostedEntries } | PostedJob;

export type CreatePart = { readonly verdicts: readonly ContentVerdict[] } | CapturedPart;
