import { join } from "node:path";
import { type XdgPlace, xdgFolder } from "../system/xdg.ts";

/** What finding the records takes from the surroundings. */
export interface RecordsPlace extends XdgPlace {
  /** Effective user of this process. */
  readonly uid?: number;
}

/** `$XDG_STATE_HOME/ocbak/records.sqlite`, that is, `~/.local/state/ocbak/records.sqlite`. */
export function recordsFile(place: RecordsPlace): string {
  return join(xdgFolder("state", place), "ocbak", "records.sqlite");
}
