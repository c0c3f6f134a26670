import fs from "node:fs";
import path from "node:path";
import type { Root } from "./installation.ts";

/** After the name of the config file (config/io of 2026.9.6): earlier versions, the last that worked, ones put aside. */
const suffix = /^\.(?:bak(?:\.\d+)?|last-good|pre-update|clobbered\..+)$/;

/** What OpenClaw keeps of a config file beside it. */
export function configCopies(configFile: string): Root[] {
  const name = path.basename(configFile);
  const dir = path.dirname(configFile);
  return namesIn(dir)
    .filter((one) => one.startsWith(name) && suffix.test(one.slice(name.length)))
    .map((one, n) => ({
      id: `config.copy-${n + 1}`,
      path: path.join(dir, one),
      kind: "config",
      why: "an older copy of the config",
    }));
}

function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir).sort();
  } catch {
    // A file that can be read in a directory that cannot be listed: then it stands alone.
    return [];
  }
}
