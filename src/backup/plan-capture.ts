import { randomBytes } from "node:crypto";
import type { PlannedEntry, ScanResult, ScanRules } from "../disk/planned.ts";
import { type ContentVerdict, type TreePart, TreeScan } from "../disk/scan.ts";
import type { Manifest, ManifestRoot } from "../format/manifest.ts";
import { formatName, formatVersion } from "../format/manifest.ts";
import { displayPath } from "../format/entry-path.ts";
import { ArchiveId } from "../format/schema.ts";
import type { Installation, Root } from "../openclaw/installation.ts";
import { workspaceSealRules } from "../openclaw/classes/workspace.ts";
import { envFileRule } from "../openclaw/classes/workspace-sealed.ts";
import { SecretValues } from "../openclaw/secret-values.ts";
import { breathe } from "../system/breathe.ts";
import { timestamp } from "./archive-name.ts";
import { harmIn, scanWarnings, type TakingChoices, takingOf } from "./capture-roots.ts";
import { ContentScan, type ScanThreads } from "./content-scan/content-scan.ts";
import type { Context } from "./context.ts";
import type { CreateThreads } from "./create-threads/create-threads.ts";
import type { Work } from "./create-threads/thread-count.ts";
import { idleGlobs } from "./idle-globs.ts";

/** Workspace files above this are sealed: what a secret scan reads to its end, and what fits one frame with its header. */
const plainBytesMax = 1024 * 1024;
const segmentBytes = 4 * 1024 * 1024;

export interface CaptureChoices extends TakingChoices {
  readonly sealAll?: boolean;
  /** Globs: workspace files that stay readable whatever rules and the scan for secrets say. */
  readonly plain?: readonly string[];
}

/** What a backup takes, from where. */
export interface CapturePlan {
  readonly installation: Installation;
  readonly roots: readonly Root[];
  readonly scan: ScanResult;
  /** How many files were looked into for secrets. */
  readonly scannedFiles: number;
  readonly warnings: readonly string[];
}

/** Who asks: what it wants, which files must never get into the archive, and who does the work. */
export interface PlanRequest {
  readonly choices: CaptureChoices;
  readonly threads: CreateThreads;
  readonly skip: NonNullable<ScanRules["skip"]>;
}

/**
 * Looks at everything that is to be captured, and into every workspace file that might stand readable in the archive:
 * what holds a secret does not. Files that only the user's own word makes readable are named as warnings.
 */
export async function planCapture(
  installation: Installation,
  { choices, skip, threads }: PlanRequest,
  context: Context,
): Promise<CapturePlan> {
  context.onUse?.("capture");
  const { roots, captureRoots, rules } = takingOf(installation.roots, choices);
  const { sealAll = false, plain: expose = [] } = choices;
  const tree = new TreeScan({ ...rules, seal: workspaceSealRules, plainBytesMax, skip, sealAll, expose });
  const { verdicts, scannedFiles } = await lookAt(
    tree.look(captureRoots),
    { values: new SecretValues(installation), threads },
    context,
  );
  const result = tree.settle(verdicts);
  const warnings = planWarnings(result, roots, choices);
  for (const warning of warnings) context.notice(`warning: ${warning}`);
  return { installation, roots, scan: result, scannedFiles, warnings };
}

/** Threads look into the files of a tree while this one is still looking for more. */
async function lookAt(
  parts: Iterable<TreePart>,
  { values, threads }: { readonly values: SecretValues; readonly threads: CreateThreads },
  { progress, signal }: Context,
): Promise<{ readonly verdicts: ContentVerdict[]; readonly scannedFiles: number }> {
  const work = { capture: new FoundWork(), scan: new FoundWork() };
  const contents = new ContentScan(values, signal);
  const scan = (): ScanThreads => threads.scan(plainBytesMax);
  for (const { entries, candidates } of parts) {
    for (const { type, sealedBy, source } of entries)
      if (type === "file" && sealedBy === envFileRule) values.addEnvFile(Buffer.from(source, "latin1"));
    work.capture.add(entries);
    work.scan.add(candidates);
    contents.add(candidates);
    threads.start(work);
    if (threads.areStarted) contents.begin(scan);
    await breathe(signal);
  }
  if (work.scan.entries > 0) progress.start("scan", work.scan.contentBytes);
  const verdicts = await contents.end(scan, (bytes) => progress.advance(bytes));
  if (work.scan.entries > 0) progress.finish();
  return { verdicts, scannedFiles: work.scan.files };
}

class FoundWork implements Work {
  entries = 0;
  files = 0;
  contentBytes = 0;

  add(entries: readonly PlannedEntry[]): void {
    this.entries += entries.length;
    for (const { type, size } of entries) {
      if (type === "file") this.files += 1;
      this.contentBytes += size;
    }
  }
}

/** What stands in the way of what the user meant, for people. */
function planWarnings(result: ScanResult, roots: readonly Root[], choices: CaptureChoices): string[] {
  const exposed = result.exposed.map(
    ({ path, reason }) => `${displayPath(path)} is readable in the archive, as --plain asks: ${reason}`,
  );
  return [
    ...exposed,
    ...scanWarnings(result),
    ...idleGlobs(result.entries, choices),
    ...harmIn(result.entries, roots, choices),
  ];
}

/** The roots that manifest.json names: what identifies the installation, and whatever may have plain entries. */
export function isPublicRoot({ id, kind }: Root): boolean {
  return id === "state" || kind === "workspace";
}

export function manifestRoot({ id, path }: Root): ManifestRoot {
  return { id, sourcePath: path };
}

export interface ManifestFacts {
  readonly signer: string | undefined;
  readonly tags: readonly string[];
  readonly series: Manifest["series"];
}

export function planManifest(plan: CapturePlan, facts: ManifestFacts, context: Context): Manifest {
  const {
    installation,
    roots,
    scan: { totals },
  } = plan;
  return {
    archiveId: ArchiveId.parse(randomBytes(15).toString("hex")),
    createdAt: timestamp(context.now()),
    critical: [],
    format: formatName,
    formatVersion,
    installation: {
      host: context.hostname,
      platform: context.platform,
      profile: installation.profile,
      stateDir: installation.stateDir,
    },
    optional: [],
    plannedPlain: totals.plain,
    roots: roots.filter((root) => isPublicRoot(root)).map(manifestRoot),
    segmentBytes,
    series: facts.series,
    signer: facts.signer ?? null,
    tags: [...facts.tags],
    tool: { name: "ocbak", version: context.toolVersion },
  };
}
