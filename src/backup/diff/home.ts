import { resolve } from "node:path";
import { DiskError } from "../../disk/errors.ts";
import type { Context } from "../context.ts";

/** The home to compare with: the caller's, unless it is said; with sudo, whose home is meant must be said. */
export function homeOf(home: string | undefined, { cwd, env, uid, osHomeDir }: Context): string {
  if (home !== undefined) return resolve(cwd, home);
  const user = env["SUDO_USER"];
  if (uid !== 0 || !user || user === "root") return osHomeDir;
  throw new DiskError("owner-unknown", "it is not said whose installation is to be compared", {
    hint: `--home DIR, the home of ${user} or of whoever runs OpenClaw`,
  });
}
