import { sortKey } from "../../format/entry-path.ts";
import type { IndexLine, SectionName } from "../../format/entry.ts";
import { defaultCompressionLevel } from "../../format/frame.ts";
import type { Manifest, ManifestRoot } from "../../format/manifest.ts";
import type { Sealing } from "../../format/seal/header.ts";
import type { SigningKey } from "../../format/sshsig.ts";
import { ArchiveWriter, type SectionEntries, type WrittenArchive } from "../../format/write.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { WorkDir } from "../../disk/work-dir.ts";
import { workParent } from "../archive-name.ts";
import { captureMetadata } from "../capture-metadata.ts";
import type { CreateThreads } from "../create-threads/create-threads.ts";
import type { CaptureThreads } from "./capture-threads.ts";
import { isToBeSnapshot } from "./group-capture.ts";
import { SectionCapture } from "./section-capture.ts";
import type { Context } from "../context.ts";
import { DatabaseNotices } from "../database-notices.ts";
import { guardedRoots } from "../guarded-roots.ts";
import { NotCapturedSearch } from "../not-captured.ts";
import { type CapturePlan, isPublicRoot, manifestRoot } from "../plan-capture.ts";
import type { NotCaptured } from "../reports.ts";

export interface WriteOptions {
  readonly manifest: Manifest;
  readonly sealing: Sealing;
  readonly signingKey?: SigningKey;
  readonly compressionLevel?: number;
  readonly threads: CreateThreads;
  readonly write: (chunk: Uint8Array) => Promise<void>;
}

/** An archive as it was written, and what became of the entries on the way. */
export interface Captured {
  readonly manifest: Manifest;
  readonly written: WrittenArchive;
  /** The lines a person should know of. */
  readonly notable: readonly IndexLine[];
  readonly warnings: readonly string[];
  /** What is worth knowing and no trouble. */
  readonly notices: readonly string[];
  readonly notCaptured: NotCaptured;
}

/** Captures what was planned, in one pass from front to back. */
export async function writeCapture(
  plan: CapturePlan,
  options: WriteOptions,
  context: Context,
): Promise<Captured> {
  const { totals } = plan.scan;
  const { manifest, compressionLevel = defaultCompressionLevel } = options;
  using notCaptured = new NotCapturedSearch(plan.scan.entries);
  using workDir = WorkDir.make(workParent(context), context.pid);
  await using threads = threadsOf(plan, { ...options, compressionLevel, workDir: workDir.path }, context);
  const sections = new PlannedSections(plan.scan.entries, threads, context);
  const { metadata, warnings } = captureMetadata(plan.installation, plan.scan.entries, context);
  const writer = new ArchiveWriter({
    manifest,
    plain: sections.entries("plain"),
    sealed: { ...sections.entries("sealed"), ...sealedFacts(plan), metadata: structuredClone(metadata) },
    sealing: options.sealing,
    signingKey: options.signingKey,
    compressionLevel,
  });
  context.progress.start("create", totals.plain.contentBytes + totals.sealed.contentBytes);
  for await (const chunk of writer.bytes()) await options.write(chunk);
  context.progress.finish();
  return {
    manifest,
    written: writer.written,
    notable: sections.notable,
    warnings: [...warnings, ...sections.warnings],
    notices: sections.databases.sentences(),
    notCaptured: await notCaptured.result(),
  };
}

/** What only the sealed section may tell. */
function sealedFacts({ roots }: CapturePlan): { readonly roots: ManifestRoot[] } {
  return { roots: roots.filter((root) => !isPublicRoot(root)).map(manifestRoot) };
}

function threadsOf(
  { scan: { entries } }: CapturePlan,
  {
    threads,
    compressionLevel,
    workDir,
  }: { threads: CreateThreads; compressionLevel: number; workDir: string },
  { signal }: Context,
): CaptureThreads {
  const databases = entries.filter((entry) => isToBeSnapshot(entry));
  const setting = { compressionLevel, workDir, roots: guardedRoots(entries) };
  return threads.capture(setting, { databases, signal });
}

/** The plain section is captured first; what moved out of it is captured with the sealed one. */
class PlannedSections {
  readonly notable: IndexLine[] = [];
  readonly warnings: string[] = [];
  readonly databases = new DatabaseNotices();
  readonly #planned: readonly PlannedEntry[];
  readonly #threads: CaptureThreads;
  readonly #context: Context;
  #captures: Partial<Record<SectionName, SectionCapture>> = {};

  constructor(planned: readonly PlannedEntry[], threads: CaptureThreads, context: Context) {
    this.#planned = planned;
    this.#threads = threads;
    this.#context = context;
  }

  entries(section: SectionName): SectionEntries {
    return {
      inventory: () => this.#capture(section).inventory(),
      frames: () => this.#capture(section).frames(),
    };
  }

  #capture(section: SectionName): SectionCapture {
    const existing = this.#captures[section];
    if (existing !== undefined) return existing;
    const { signal, progress, notice } = this.#context;
    const made = new SectionCapture(this.#entriesOf(section), {
      section,
      threads: this.#threads,
      signal,
      onNotable: (line) => this.notable.push(line),
      onSnapshot: (snapshot) => this.databases.add(snapshot),
      onBytes: (bytes) => progress.advance(bytes),
      onWarning: (text) => {
        this.warnings.push(text);
        notice(`warning: ${text}`);
      },
    });
    this.#captures = { ...this.#captures, [section]: made };
    return made;
  }

  #entriesOf(section: SectionName): PlannedEntry[] {
    const entries = this.#planned.filter((entry) => entry.section === section);
    const moved = section === "sealed" ? (this.#captures.plain?.moved ?? []) : [];
    if (moved.length === 0) return entries;
    return [...entries, ...moved].sort((a, b) => (sortKey(a.path) < sortKey(b.path) ? -1 : 1));
  }
}
