import { startGateway, stopGateway } from "../openclaw/gateway-command.ts";
import { OpenClawError } from "../openclaw/errors.ts";
import { gatewayState } from "../openclaw/gateway.ts";
import type { Installation } from "../openclaw/installation.ts";
import type { Context } from "./context.ts";

/** Does `job` with the gateway stopped where that is wanted and one runs; starts it again also after a failure. */
export async function whileGatewayStopped<T>(
  installation: Pick<Installation, "stateDir" | "profile" | "home" | "configFile">,
  { wanted }: { readonly wanted: boolean },
  context: Context,
  job: () => Promise<T>,
): Promise<T> {
  if (!wanted || gatewayState(installation, context) === "stopped") return job();
  context.notice("stopping the gateway");
  await stopGateway(installation, context.env);
  try {
    return await job();
  } finally {
    context.notice("starting the gateway again");
    await startGateway(installation, context.env);
  }
}

/** What of a target a gateway is known by. */
export function gatewayTarget(
  { stateDir, profile }: { readonly stateDir: string; readonly profile: string | null },
  home: string | null,
): Pick<Installation, "stateDir" | "profile" | "home" | "configFile"> {
  return { stateDir, profile, home: home ?? "", configFile: null };
}

/** A gateway that runs on what is to be replaced would go on writing into the old tree. */
export function assertGatewayStopped(installation: Pick<Installation, "stateDir">, context: Context): void {
  if (gatewayState(installation, context) !== "running") return;
  throw new OpenClawError("gateway-running", `a gateway is running on ${installation.stateDir}`, {
    hint: "stop it with `openclaw gateway stop`, or give --stop-gateway",
  });
}
