import fs from "node:fs";
import path from "node:path";
import type { Outside } from "./installation.ts";
import { realPath } from "./outside.ts";

/** Where agents keep what they know and can do. */
const looked = ["", "memory", "skills", ".agents/skills"];

/** Where links of a workspace lead: the links are in a backup, and what they lead to is the user's own affair. */
export function workspaceLinks(workspaces: readonly { readonly path: string }[]): Outside[] {
  return workspaces.flatMap((workspace) =>
    looked
      .flatMap((folder) => linksIn(path.join(workspace.path, folder)))
      .flatMap((link) => {
        const target = realPath(link);
        return target === undefined
          ? []
          : [{ path: target, why: `the link ${link} leads to it: a backup has the link alone` }];
      }),
  );
}

function linksIn(dir: string): string[] {
  try {
    const entries = fs.readdirSync(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => path.join(dir, name));
  } catch {
    // Not every workspace has these folders.
    return [];
  }
}
