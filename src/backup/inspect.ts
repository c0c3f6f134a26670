import type { Archive, OpenArchive } from "../format/archive.ts";
import { FormatError } from "../format/errors.ts";
import { archiveFacts, describedWorkspaces, textFact } from "./archive-metadata.ts";
import { addStatuses, captureCounts, unknownCapture } from "./capture-verdict.ts";
import type { Context } from "./context.ts";
import { openArchive } from "./open-archive.ts";
import { type ReadOptions, hasKey, openSource, signerOf } from "./read-options.ts";
import type { InspectReport } from "./reports.ts";

/** What can be told of an archive without a key, and with one. A key that does not fit is not an error here. */
export async function inspectArchive(
  path: string,
  options: ReadOptions,
  context: Context,
): Promise<InspectReport> {
  await using source = await openSource(path, options, context);
  const archive = await openArchive(source);
  const entries = await archive.openEntries(await keyIfFits(archive, options), { prove: false });
  const { manifest, ageSummary } = archive.layout;
  const { installation, series, tool } = manifest;
  return {
    archive: path,
    archiveId: manifest.archiveId,
    formatVersion: manifest.formatVersion,
    sizeBytes: source.sizeBytes,
    createdAt: manifest.createdAt,
    tool: `${tool.name} ${tool.version}`,
    installation: {
      host: installation.host,
      profile: installation.profile,
      stateDir: installation.stateDir,
      workspaces: workspacesOf(entries),
      platform: installation.platform,
      openclawVersion: textFact(entries.metadata, "openclawVersion"),
    },
    facts: archiveFacts(entries.metadata),
    series: series && { id: series.id, sequence: series.sequence },
    tags: manifest.tags,
    sealing: {
      passphrase: ageSummary.passphrase,
      recipientCount: ageSummary.passphrase ? null : ageSummary.recipientCount,
      opened: entries.sealed !== undefined,
    },
    sections: [
      { name: "plain", ...totals(entries.plain), storedBytes: archive.layout.plain.storedBytes },
      { name: "sealed", ...totals(entries.sealed), storedBytes: archive.layout.sealed.storedBytes },
    ],
    capture: captureOf(entries),
    signer: signerOf(archive, options),
  };
}

async function keyIfFits(archive: Archive, options: ReadOptions): Promise<Buffer | undefined> {
  if (!hasKey(options)) return undefined;
  try {
    return await archive.fileKey(options.keys);
  } catch (cause) {
    if (cause instanceof FormatError && cause.code === "no-key") return undefined;
    throw cause;
  }
}

function totals(section: OpenArchive["sealed"]): { entries: number | null; contentBytes: number | null } {
  return { entries: section?.totals.entries ?? null, contentBytes: section?.totals.contentBytes ?? null };
}

function captureOf({ plain, sealed }: OpenArchive): InspectReport["capture"] {
  if (sealed === undefined) return unknownCapture;
  return captureCounts(addStatuses(plain.totals.statuses, sealed.totals.statuses));
}

/** With the key each workspace's agents; without, the places alone. */
function workspacesOf({ metadata, roots }: OpenArchive): InspectReport["installation"]["workspaces"] {
  const described = describedWorkspaces(metadata);
  return roots
    .filter(({ id }) => id.startsWith("workspace."))
    .map(({ id, sourcePath }) => ({
      path: sourcePath,
      agents: described.find(({ rootId }) => rootId === id)?.agents ?? [],
    }));
}
