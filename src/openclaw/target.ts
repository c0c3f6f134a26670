import path from "node:path";
import { profileStateDir } from "./profile.ts";

/** Where an installation lives for a user unless told otherwise. */
export interface TargetPlaces {
  readonly stateDir: string;
  readonly configFile: string;
  readonly credentialsDir: string;
  /** Of an installation that says nothing else. */
  readonly defaultWorkspace: string;
  readonly userConfigDir: string;
}

export function targetPlaces({ home, profile }: { home: string; profile: string | null }): TargetPlaces {
  const stateDir = profileStateDir(home, profile);
  return {
    stateDir,
    configFile: path.join(stateDir, "openclaw.json"),
    credentialsDir: path.join(stateDir, "credentials"),
    defaultWorkspace: path.join(stateDir, "workspace"),
    userConfigDir: path.join(home, ".config", "openclaw"),
  };
}

/** Two absolute paths without a trailing slash. */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}

/**
 * Where a path of the old machine lies on the new one: the longest `from` that is the path or a folder above it gives
 * way to its `to`; of two equal ones the first. `null` if none fits. Borders are those of components: `/home/al` is
 * not above `/home/alice`.
 */
export function mapPath(sourcePath: string, moves: readonly PathMove[]): string | null {
  let best: PathMove | undefined;
  for (const move of moves) {
    const above =
      sourcePath === move.from ||
      sourcePath.startsWith(move.from.endsWith("/") ? move.from : `${move.from}/`);
    if (above && (best === undefined || move.from.length > best.from.length)) best = move;
  }
  return best === undefined ? null : path.join(best.to, sourcePath.slice(best.from.length));
}
