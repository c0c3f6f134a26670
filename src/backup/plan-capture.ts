import { randomBytes } from "node:crypto";
import type { CaptureRoot, PlannedEntry, ScanResult, ScanRules } from "../disk/planned.ts";
import { type ContentVerdict, TreeScan } from "../disk/scan.ts";
import type { Manifest, ManifestRoot } from "../format/manifest.ts";
import { formatName, formatVersion } from "../format/manifest.ts";
import { displayPath } from "../format/entry-path.ts";
import { ArchiveId } from "../format/schema.ts";
import type { Installation, Root } from "../openclaw/installation.ts";
import { includedBy } from "../openclaw/plugin-choice.ts";
import { exclusionRulesOf } from "../openclaw/rules.ts";
import { envFileRule, workspaceSealRules } from "../openclaw/seal-rules.ts";
import { type SecretValue, secretValuesOf } from "../openclaw/secret-values.ts";
import { timestamp } from "./archive-name.ts";
import { scanContents } from "./content-scan/content-scan.ts";
import type { Context } from "./context.ts";

/** Workspace files above this are sealed: what a secret scan reads to its end, and what fits one frame with its header. */
const plainBytesMax = 1024 * 1024;
const segmentBytes = 8 * 1024 * 1024;

export interface CaptureChoices {
  readonly workspace?: boolean;
  readonly sealAll?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
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

/** Who asks: what it wants, and which files must never get into the archive. */
export interface PlanRequest {
  readonly choices: CaptureChoices;
  readonly skip: NonNullable<ScanRules["skip"]>;
}

/**
 * Looks at everything that is to be captured, and into every workspace file that might stand readable in the archive:
 * what holds a secret does not. Files that only the user's own word makes readable are named as warnings.
 */
export async function planCapture(
  installation: Installation,
  { choices, skip }: PlanRequest,
  context: Context,
): Promise<CapturePlan> {
  const roots = installation.roots.filter(({ kind }) => choices.workspace !== false || kind !== "workspace");
  const left = installation.roots.filter((root) => !roots.includes(root));
  const tree = new TreeScan(
    roots.map((root) => captureRoot(root, left)),
    { seal: workspaceSealRules, plainBytesMax, skip, ...scanChoices(choices) },
  );
  const candidates = tree.candidates();
  const verdicts = await lookInto(candidates, () => secretsOf(installation, tree), context);
  const result = tree.settle(verdicts);
  const warnings = result.exposed.map(
    ({ path, reason }) => `${displayPath(path)} is readable in the archive, as --plain asks: ${reason}`,
  );
  for (const warning of warnings) context.notice(`warning: ${warning}`);
  return {
    installation,
    roots,
    scan: result,
    scannedFiles: candidates.filter(({ type }) => type === "file").length,
    warnings,
  };
}

async function lookInto(
  candidates: readonly PlannedEntry[],
  secrets: () => SecretValue[],
  { progress, signal }: Context,
): Promise<ContentVerdict[]> {
  if (candidates.length === 0) return [];
  progress.start(
    "scan",
    candidates.reduce((sum, { size }) => sum + size, 0),
  );
  const verdicts = await scanContents(candidates, {
    values: secrets(),
    bytesMax: plainBytesMax,
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

function scanChoices({
  sealAll,
  include,
  exclude,
  plain,
}: CaptureChoices): Pick<ScanRules, "sealAll" | "include" | "exclude" | "expose"> {
  return {
    ...(sealAll && { sealAll }),
    ...(include && { include: include.flatMap(includedBy) }),
    ...(exclude && { exclude }),
    ...(plain && { expose: plain }),
  };
}

/** Workspaces that are left out must not come in again as a part of the state dir around them. */
function captureRoot(root: Root, leftOut: readonly Root[]): CaptureRoot {
  const inside = leftOut.filter(({ path }) => path.startsWith(`${root.path}/`));
  const exclude = inside.map(({ path }) => ({
    id: "no-workspace",
    pattern: escapeGlob(path.slice(root.path.length + 1)),
  }));
  return {
    id: root.id,
    path: root.path,
    sealing: root.kind === "workspace" ? "by-rule" : "always",
    exclude: [...exclude, ...exclusionRulesOf(root)],
  };
}

function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|]/g, String.raw`\$&`);
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
    series: null,
    signer: facts.signer ?? null,
    tags: [...facts.tags],
    tool: { name: "ocbak", version: context.toolVersion },
  };
}
