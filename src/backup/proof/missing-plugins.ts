import { isDirectory } from "../../openclaw/roots.ts";
import { mapPath } from "../../openclaw/target.ts";
import type { ArchiveFacts } from "../archive-metadata.ts";
import type { RestorePlan } from "../restore-plan.ts";

type Plugin = NonNullable<ArchiveFacts["plugins"]>[number];

/** A plugin that OpenClaw will look for in vain. */
export interface MissingPlugin {
  readonly id: string;
  readonly source: string;
  readonly lacks: "files" | "packages";
  /** What follows `openclaw` to have it again; null where nothing tells from where. */
  readonly command: string | null;
}

/** The plugins in use whose files, or what they need, are neither in the archive nor already where they are looked for. */
export function missingPlugins({ facts, roots }: Pick<RestorePlan, "facts" | "roots">): MissingPlugin[] {
  const used = (facts?.plugins ?? []).filter(({ enabled }) => enabled !== false);
  return used.flatMap(({ id, source, spec, files, installPath, sourcePath }): MissingPlugin[] => {
    if (files === "without-packages")
      return [{ id, source, lacks: "packages", command: `plugins update ${id}` }];
    if (files === "all" || isThere(installPath ?? sourcePath, roots)) return [];
    return [{ id, source, lacks: "files", command: installCommand(spec) }];
  });
}

/** By force, as OpenClaw by itself may have brought some of it when the command starts. */
function installCommand(spec: string | null): string | null {
  return spec === null ? null : `plugins install ${spec} --force`;
}

/** What a restore carries over of the tree that was there may hold it. */
function isThere(place: Plugin["installPath"], { moves }: RestorePlan["roots"]): boolean {
  return place !== null && isDirectory(mapPath(place, moves) ?? place);
}
