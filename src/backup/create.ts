import { dirname } from "node:path";
import type { Manifest } from "../format/manifest.ts";
import type { Sealing } from "../format/seal/header.ts";
import type { SigningKey } from "../format/sshsig.ts";
import type { Installation } from "../openclaw/installation.ts";
import type { LocateRequest } from "../openclaw/selection.ts";
import type { Captured } from "./capture/write-capture.ts";
import type { Context } from "./context.ts";
import { CreateThreads } from "./create-threads/create-threads.ts";
import { type ReportParts, createReport, expectedFacts, summaryOf } from "./create-report.ts";
import { type Destination, destinationOf, type StoreDestination } from "./destination.ts";
import { BackupError } from "./errors.ts";
import { locate } from "./locate.ts";
import { whileGatewayStopped } from "./gateway-stop.ts";
import { type CaptureChoices, planCapture } from "./plan-capture.ts";
import { PlannedBackup } from "./planned-backup.ts";
import { proveArchive } from "./prove.ts";
import type { CreateReport } from "./reports.ts";
import { rootAround } from "./root-around.ts";
import { writeInSeries } from "./series.ts";

export interface CreateOptions extends CaptureChoices {
  /** A file, a directory, or `-` for `writeStdout`. Default: the current directory. */
  readonly output?: string;
  /** Instead of `output`: a store, in which the archive gets a dated name. */
  readonly into?: StoreDestination;
  readonly profile?: string;
  readonly stateDir?: string;
  /** Without reading the config: see {@link LocateRequest}. */
  readonly stateOnly?: boolean;
  readonly stopGateway?: boolean;
  /** 1 to 19. @default 1 */
  readonly compressionLevel?: number;
  /** Threads that read, hash and compress; 0: this one does. By default as many as are of use. */
  readonly threads?: number;
  readonly dryRun?: boolean;
  /** Prove the archive with the file key still in memory. @default true */
  readonly verify?: boolean;
  readonly sealing: Sealing;
  readonly signingKey?: SigningKey;
  readonly tags?: readonly string[];
  /** Settles once it needs the chunk no more: its memory is used again, or gone. */
  readonly writeStdout?: (chunk: Uint8Array) => Promise<void>;
}

/**
 * Backs up one installation into one archive, which has its name only once it is written to its end and proved.
 * Refuses before anything is written; whatever goes wrong with single files is in the report.
 */
export async function createBackup(options: CreateOptions, context: Context): Promise<CreateReport> {
  const startedAt = context.now().getTime();
  const installation = locate(requestOf(options), context);
  for (const warning of installation.warnings) context.notice(`warning: ${warning}`);
  const report = (parts: ReportParts): CreateReport =>
    createReport(installation, parts, context.now().getTime() - startedAt);
  if (options.dryRun === true) return report(await planOnly(installation, options, context));
  return whileGatewayStopped(installation, { wanted: options.stopGateway === true }, context, async () =>
    options.output === "-"
      ? report(await toStdout(installation, options, context))
      : report(await toFile(installation, options, context)),
  );
}

function requestOf({ profile, stateDir, stateOnly }: CreateOptions): LocateRequest {
  return {
    ...(profile !== undefined && { profile }),
    ...(stateDir !== undefined && { stateDir }),
    ...(stateOnly !== undefined && { stateOnly }),
  };
}

async function planOnly(
  installation: Installation,
  options: CreateOptions,
  context: Context,
): Promise<ReportParts> {
  await using threads = new CreateThreads({ count: options.threads, onlyScan: true });
  const plan = await planCapture(installation, { choices: options, skip: [], threads }, context);
  return { archive: null, plan: summaryOf(plan), expected: expectedFacts(plan) };
}

async function toFile(
  installation: Installation,
  options: CreateOptions,
  context: Context,
): Promise<ReportParts> {
  const destination = await destinationOf(installation, options, context);
  const { localDirectory } = destination;
  if (localDirectory !== null) refuseInside(localDirectory, installation);
  await using staged = await destination.begin();
  await using threads = new CreateThreads({ count: options.threads });
  const request = { choices: options, skip: [staged.identity], threads };
  const planned = await PlannedBackup.of(installation, request, context);
  warnOfLimit(destination, planned, context);
  const write = async (manifest: Manifest): Promise<ReportParts> => {
    const output = { ...options, threads, manifest, write: (chunk: Uint8Array) => staged.write(chunk) };
    const { captured, plan } = await planned.capture(output);
    const verified =
      options.verify === false ? "none" : await proveWritten(await staged.source(), captured, context);
    await staged.publish();
    return { archive: staged.path, plan, captured, verified };
  };
  const manifest = manifestOf(planned, options);
  const { furthest } = destination;
  // Awaited here: what is staged goes when this function ends.
  return await writeInSeries({ installation, place: staged.path, furthest, manifest, write }, context);
}

/** Before anything is written: how far it compresses nobody knows, but what is larger from the start may not fit. */
function warnOfLimit({ fileBytesMax }: Destination, { contentBytes }: PlannedBackup, context: Context): void {
  if (fileBytesMax === null || contentBytes <= fileBytesMax) return;
  context.notice(
    `warning: ${contentBytes} bytes are to be backed up, and the file system there (FAT) takes files up to 4 GiB: the archive may not fit`,
  );
}

/** What went down a pipe cannot be read back: verify it where it ends up. */
async function toStdout(
  installation: Installation,
  options: CreateOptions,
  context: Context,
): Promise<ReportParts> {
  const { writeStdout } = options;
  if (writeStdout === undefined) throw new TypeError("output `-` needs writeStdout");
  await using threads = new CreateThreads({ count: options.threads });
  const planned = await PlannedBackup.of(installation, { choices: options, skip: [], threads }, context);
  const write = async (manifest: Manifest): Promise<ReportParts> => {
    const output = { ...options, threads, manifest, write: writeStdout };
    return { archive: "-", ...(await planned.capture(output)), verified: "none" };
  };
  const manifest = manifestOf(planned, options);
  // Awaited here: the threads end when this function does.
  return await writeInSeries({ installation, place: null, manifest, write }, context);
}

/** The manifest of what was planned, once its place in the series is known. */
function manifestOf(
  planned: PlannedBackup,
  { signingKey, tags = [] }: CreateOptions,
): (series: Manifest["series"]) => Manifest {
  return (series) => planned.manifest({ signer: signingKey?.publicKey, tags, series });
}

async function proveWritten(
  source: Parameters<typeof proveArchive>[0],
  { written }: Captured,
  context: Context,
): Promise<"full"> {
  context.onUse?.("reading");
  try {
    await proveArchive(source, { level: "full", fileKey: () => Promise.resolve(written.fileKey) }, context);
    return "full";
  } catch (cause) {
    context.signal.throwIfAborted();
    throw new BackupError(
      "not-self-verified",
      "the archive just written does not read back as it should; it was discarded",
      {
        cause,
        hint: "the disk or the memory of this machine may be failing; try again on another disk",
      },
    );
  }
}

/** An archive inside what it captures would grow the next one. */
function refuseInside(directory: string, { roots }: Installation): void {
  const root = rootAround(directory, roots);
  if (root === undefined) return;
  throw new BackupError(
    "output-inside-source",
    `${directory} lies inside ${root.path}, which is being backed up`,
    {
      hint: `write the archive somewhere else: -o ${dirname(root.path)}`,
    },
  );
}
