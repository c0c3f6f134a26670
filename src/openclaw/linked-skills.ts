import fs from "node:fs";
import path from "node:path";
import type { Root } from "./installation.ts";

/**
 * Where the symbolic links in a folder of skills lead, also those one folder deeper: a backup of the folder holds only the
 * links. A target counts if it is a skill or holds some.
 */
export function linkedSkills(skillsDir: string): Root[] {
  const targets = new Map<string, string>();
  for (const link of linksIn(skillsDir, 2)) {
    const target = realDirectory(link);
    if (target !== undefined && holdsSkill(target) && !targets.has(target)) targets.set(target, link);
  }
  return Array.from(targets, ([target, link], n) => ({
    id: `skill-link-${n + 1}`,
    path: target,
    kind: "skills",
    why: `a skill, by the link ${link}`,
  }));
}

function linksIn(dir: string, depth: number): string[] {
  return entriesOf(dir).flatMap((entry) => {
    const at = path.join(dir, entry.name);
    if (entry.isSymbolicLink()) return [at];
    return entry.isDirectory() && depth > 1 ? linksIn(at, depth - 1) : [];
  });
}

function holdsSkill(dir: string): boolean {
  return [dir, ...entriesOf(dir).map(({ name }) => path.join(dir, name))].some((at) =>
    fs.existsSync(path.join(at, "SKILL.md")),
  );
}

function entriesOf(dir: string): fs.Dirent[] {
  try {
    return fs.readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function realDirectory(link: string): string | undefined {
  try {
    const real = fs.realpathSync.native(link);
    return fs.statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
