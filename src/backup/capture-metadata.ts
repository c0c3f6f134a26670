import { OwnerNames } from "../disk/owner-names.ts";
import { textOf } from "../format/entry-path.ts";
import type { Installation } from "../openclaw/installation.ts";
import { describeInstallation, type InstallationMetadata } from "../openclaw/metadata.ts";
import type { PlannedEntry } from "../disk/planned.ts";
import type { Context } from "./context.ts";

/** What the sealed section tells of the installation, read from it just before the capture, and what went wrong with it. */
export function captureMetadata(
  installation: Installation,
  entries: readonly PlannedEntry[],
  context: Context,
): { readonly metadata: InstallationMetadata; readonly warnings: readonly string[] } {
  const names = new OwnerNames();
  const metadata = describeInstallation(installation, entries, {
    ...context,
    userName: (uid) => textOf(names.user(uid)) ?? "",
    groupName: (gid) => textOf(names.group(gid)) ?? "",
  });
  const warnings = metadata.warnings.slice(installation.warnings.length);
  for (const warning of warnings) context.notice(`warning: ${warning}`);
  return { metadata, warnings };
}
