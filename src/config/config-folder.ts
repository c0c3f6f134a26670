import { join } from "node:path";
import { type XdgPlace, xdgFolder } from "../system/xdg.ts";

/** `$XDG_CONFIG_HOME/ocbak`, that is, `~/.config/ocbak`: settings, and the identity that `keygen` makes. */
export function configFolder(place: XdgPlace): string {
  return join(xdgFolder("config", place), "ocbak");
}
