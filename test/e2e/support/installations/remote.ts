import { demand } from "../command.ts";
import { openclaw, stateDir } from "../installation.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import { newHome, type Made } from "./made.ts";

/** A client of a gateway on another machine. */
export async function makeRemote(world: World): Promise<Made> {
  const installation = await newHome(world, "remote");
  const args =
    "onboard --non-interactive --accept-risk --mode remote --remote-url ws://127.0.0.1:9 --remote-token x";
  await timed("remote: onboard", () => demand(openclaw(installation, ...args.split(" "), "--skip-health")));
  return { installation, places: [{ at: stateDir(installation), as: "" }] };
}
