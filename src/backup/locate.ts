import type { Installation } from "../openclaw/installation.ts";
import { locateInstallation } from "../openclaw/locate.ts";
import type { LocateRequest } from "../openclaw/selection.ts";
import type { Context } from "./context.ts";
import { restoreWarnings } from "./restore-recovery.ts";

/** The installation to back up, with a warning where a restore into it is not at its end. Throws as {@link locateInstallation}. */
export function locate(request: LocateRequest, context: Context): Installation {
  const installation = locateInstallation(request, context);
  const warnings = [...installation.warnings, ...restoreWarnings(installation.stateDir, context)];
  return { ...installation, warnings };
}
