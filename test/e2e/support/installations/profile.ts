import { join } from "node:path";
import { onboard, stateDir, type Installation } from "../installation.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import { hold, newHome, offline, put, runGateway, type Made } from "./made.ts";

/** A second installation of the same user, by `--profile`. */
export async function makeProfile(world: World): Promise<Made> {
  const installation: Installation = { ...(await newHome(world, "profile")), profile: "work" };
  await timed("profile: onboard", () => onboard(installation, world.model.url));
  await offline(installation);
  await put(installation, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/workspace/MEMORY.md": "of the default installation\n",
    ".agents/skills/shared/SKILL.md": "---\nname: shared\ndescription: of the default installation\n---\n",
  });
  await runGateway(installation, () => hold(installation, "agent:molty:main"));
  const state = stateDir(installation);
  return { installation, places: [{ at: state, as: "" }, { at: join(state, "workspace") }] };
}
