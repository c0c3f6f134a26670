import { randomBytes } from "node:crypto";
import type { CaptureRoot, ScanResult } from "../disk/planned.ts";
import { scan } from "../disk/scan.ts";
import type { Manifest, ManifestRoot } from "../format/manifest.ts";
import { formatName, formatVersion } from "../format/manifest.ts";
import { ArchiveId } from "../format/schema.ts";
import type { Installation, Root } from "../openclaw/installation.ts";
import { exclusionRulesOf } from "../openclaw/rules.ts";
import { workspaceSealRules } from "../openclaw/seal-rules.ts";
import { timestamp } from "./archive-name.ts";
import type { Context } from "./context.ts";

/** Workspace files above this are sealed: what a secret scan reads to its end, and what fits one frame with its header. */
const plainBytesMax = 1024 * 1024;
const segmentBytes = 8 * 1024 * 1024;

export interface CaptureChoices {
  readonly workspace?: boolean;
  readonly sealAll?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What a backup takes, from where. */
export interface CapturePlan {
  readonly installation: Installation;
  readonly roots: readonly Root[];
  readonly scan: ScanResult;
}

export type ScanSkip = NonNullable<Parameters<typeof scan>[1]["skip"]>;

/** Looks at everything that is to be captured. Nothing is read yet but what tells a database from other files. */
export function planCapture(
  installation: Installation,
  choices: CaptureChoices,
  skip: ScanSkip,
): CapturePlan {
  const roots = installation.roots.filter(({ kind }) => choices.workspace !== false || kind !== "workspace");
  const left = installation.roots.filter((root) => !roots.includes(root));
  const result = scan(
    roots.map((root) => captureRoot(root, left)),
    { seal: workspaceSealRules, plainBytesMax, skip, ...scanChoices(choices) },
  );
  return { installation, roots, scan: result };
}

function scanChoices({
  sealAll,
  include,
  exclude,
}: CaptureChoices): Pick<CaptureChoices, "sealAll" | "include" | "exclude"> {
  return { ...(sealAll && { sealAll }), ...(include && { include }), ...(exclude && { exclude }) };
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
