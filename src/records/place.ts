import { join } from "node:path";

/** What finding the records takes from the surroundings. */
export interface RecordsPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly osHomeDir: string;
  /** Effective user of this process. */
  readonly uid?: number;
}

/** `$XDG_STATE_HOME/ocbak`, that is, `~/.local/state/ocbak`: what ocbak keeps beside settings and archives. */
function stateFolder({ env, osHomeDir }: RecordsPlace): string {
  const stateHome = env["XDG_STATE_HOME"];
  // The XDG specification: a relative path there is to be ignored.
  return join(stateHome?.startsWith("/") ? stateHome : join(osHomeDir, ".local", "state"), "ocbak");
}

export function recordsFile(place: RecordsPlace): string {
  return join(stateFolder(place), "records.sqlite");
}
