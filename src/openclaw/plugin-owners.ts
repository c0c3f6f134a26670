import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** What of a plugin is not as OpenClaw demands. */
export interface SuspectPlace {
  readonly path: string;
  readonly why: string;
}

const Package = z.looseObject({
  openclaw: z.looseObject({ extensions: z.array(z.string()).optional() }).optional(),
});

/**
 * What makes OpenClaw 2026.9.6 refuse a plugin ("blocked plugin candidate"): its folder or one of the files it is loaded by
 * belongs to somebody else than the user or root, or everybody may write to it. What is not there is not looked at.
 */
export function suspectPlaces(rootDir: string, uid: number): SuspectPlace[] {
  return [rootDir, ...entriesOf(rootDir)].flatMap((place) => {
    const stat = statSync(place, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if ((stat.mode & 0o002) !== 0) return [{ path: place, why: "can be written to by everybody" }];
    return stat.uid === uid || stat.uid === 0 ? [] : [{ path: place, why: `belongs to user ${stat.uid}` }];
  });
}

function entriesOf(rootDir: string): string[] {
  try {
    const text = readFileSync(path.join(rootDir, "package.json"), "utf8");
    const names = Package.parse(JSON.parse(text)).openclaw?.extensions ?? [];
    return names.map((name) => path.resolve(rootDir, name));
  } catch {
    return [];
  }
}
