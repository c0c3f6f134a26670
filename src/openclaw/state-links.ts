import fs from "node:fs";
import path from "node:path";
import { isLeftOut } from "./classes/exclusions.ts";
import { type Outside, type Root, rootIdOf } from "./installation.ts";
import { isWithin, realPath } from "./outside.ts";
import type { Places } from "./places.ts";

/** `agents/<id>/agent/codex-home`: no folder that people put on another disk lies deeper. */
const depthMax = 4;

/** Checkouts and sandboxes are full of links of their own; those of skills are looked at elsewhere. */
const passedOver = /^(?:projects|sandboxes|skills|workspace.*|worktree-sources|worktrees)$/;

const system =
  /^\/(?:bin|boot|dev|etc|lib\d*|nix|proc|run|sbin|snap|sys|usr|var\/run)(?:\/|$)|\/node_modules(?:\/|$)/;

export interface StateLinks {
  readonly roots: readonly Root[];
  readonly outside: readonly Outside[];
}

/**
 * Where the symbolic links in a state dir lead: whoever has no room moves `agents` or `media` to another disk and leaves a
 * link, and a backup of the state dir holds only the link. The roots are the links, so that a restore puts what they lead to
 * in their place: the other disk may not be there. What a rule leaves out is not looked at.
 */
export function stateLinks({ stateDir, home }: Pick<Places, "stateDir" | "home">): StateLinks {
  const realHome = realPath(home) ?? home;
  const roots: Root[] = [];
  const outside: Outside[] = [];
  for (const place of linksIn(stateDir, [])) {
    const link = path.join(stateDir, ...place);
    const target = realPath(link);
    if (target === undefined || isLeftOut({ id: "state", kind: "state" }, place.join("/"))) continue;
    const why = `what the link ${link} leads to`;
    if (isWithin(realHome, target)) outside.push({ path: target, why: `${why}: it holds the home` });
    else if (system.test(target)) outside.push({ path: target, why: `${why}: a part of a program` });
    else roots.push({ id: rootIdOf("state-link", place.join("/")), path: link, kind: "state-link", why });
  }
  return { roots, outside };
}

function linksIn(stateDir: string, place: readonly string[]): (readonly string[])[] {
  return entriesOf(path.join(stateDir, ...place)).flatMap((entry) => {
    const inner = [...place, entry.name];
    if (entry.isSymbolicLink()) return [inner];
    const isPassedOver = place.length === 0 && passedOver.test(entry.name);
    return entry.isDirectory() && !isPassedOver && inner.length < depthMax ? linksIn(stateDir, inner) : [];
  });
}

function entriesOf(dir: string): fs.Dirent[] {
  try {
    return fs.readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // What cannot be listed is told by the capture itself.
    return [];
  }
}
