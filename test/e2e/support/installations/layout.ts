import { dirname, join } from "node:path";
import { configFile, stateDir, type Installation } from "../installation.ts";

/** Where the three-agent installation has its parts. */
export interface Layout {
  readonly state: string;
  /** Skills, media and `.env` lie here; it is the state dir unless OPENCLAW_CONFIG_PATH stands alone. */
  readonly configDir: string;
  readonly credentials: string;
  /** Of the first agent, `molty`. */
  readonly workspace: string;
  /** Has skills and variables for the installation that is nobody's profile. */
  readonly isDefault: boolean;
}

export function layoutOf(installation: Installation): Layout {
  const { env, profile } = installation;
  const state = stateDir(installation);
  const configDir = env?.["OPENCLAW_STATE_DIR"] ?? dirname(configFile(installation));
  return {
    state,
    configDir,
    credentials: env?.["OPENCLAW_OAUTH_DIR"] ?? join(state, "credentials"),
    workspace: join(state, "workspace"),
    isDefault: profile === undefined && env?.["OPENCLAW_STATE_DIR"] === undefined,
  };
}
