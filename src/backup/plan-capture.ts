import { randomBytes } from "node:crypto";
import type { PlannedEntry, ScanResult, ScanRules } from "../disk/planned.ts";
import { type ContentVerdict, TreeScan } from "../disk/scan.ts";
import type { Manifest, ManifestRoot } from "../format/manifest.ts";
import { formatName, formatVersion } from "../format/manifest.ts";
import { displayPath } from "../format/entry-path.ts";
import { ArchiveId } from "../format/schema.ts";
import type { Installation, Root } from "../openclaw/installation.ts";
import { workspaceSealRules } from "../openclaw/classes/workspace.ts";
import { envFileRule } from "../openclaw/classes/workspace-sealed.ts";
import { type SecretValue, secretValuesOf } from "../openclaw/secret-values.ts";
import { timestamp } from "./archive-name.ts";
import { harmIn, scanWarnings, type TakingChoices, takingOf } from "./capture-roots.ts";
import { type ScanThreads, scanContents } from "./content-scan/content-scan.ts";
import type { Context } from "./context.ts";
import type { CreateThreads } from "./create-threads/create-threads.ts";
import type { Work } from "./create-threads/thread-count.ts";
import { idleGlobs } from "./idle-globs.ts";

/** Workspace files above this are sealed: what a secret scan reads to its end, and what fits one frame with its header. */
const plainBytesMax = 1024 * 1024;
const segmentBytes = 8 * 1024 * 1024;

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
  const found = new FoundWork();
  const tree = new TreeScan(
    captureRoots,
    { ...rules, seal: workspaceSealRules, plainBytesMax, skip, sealAll, expose },
    (entry) => {
      found.add(entry);
      // As soon as that is sure: to start takes them as long as to look at a thousand files.
      if (found.entries % 500 === 0) threads.start({ capture: found });
    },
  );
  const candidates = tree.candidates();
  threads.start({ capture: found, scan: FoundWork.of(candidates) });
  const scan = (): ScanThreads =>
    threads.scan({ values: secretsOf(installation, tree), bytesMax: plainBytesMax });
  const verdicts = await lookInto(candidates, scan, context);
  const result = tree.settle(verdicts);
  const warnings = planWarnings(result, roots, choices);
  for (const warning of warnings) context.notice(`warning: ${warning}`);
  return {
    installation,
    roots,
    scan: result,
    scannedFiles: candidates.filter(({ type }) => type === "file").length,
    warnings,
  };
}

class FoundWork implements Work {
  entries = 0;
  contentBytes = 0;

  static of(entries: Iterable<PlannedEntry>): FoundWork {
    const work = new FoundWork();
    for (const entry of entries) work.add(entry);
    return work;
  }

  add({ size }: PlannedEntry): void {
    this.entries += 1;
    this.contentBytes += size;
  }
}

async function lookInto(
  candidates: readonly PlannedEntry[],
  scan: () => ScanThreads,
  { progress, signal }: Context,
): Promise<ContentVerdict[]> {
  if (candidates.length === 0) return [];
  progress.start(
    "scan",
    candidates.reduce((sum, { size }) => sum + size, 0),
  );
  const verdicts = await scanContents(candidates, {
    threads: scan(),
    signal,
    onBytes: (bytes) => progress.advance(bytes),
  });
  progress.finish();
  return verdicts;
}

function secretsOf(installation: Installation, tree: TreeScan): SecretValue[] {
  const envFiles = tree.sealedBy(envFileRule).map(({ source }) => Buffer.from(source, "latin1"));
  return secretValuesOf(installation, envFiles);
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
