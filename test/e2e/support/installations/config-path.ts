import { join } from "node:path";
import type { Place } from "../../../support/listing.ts";
import { onboard, stateDir, type Installation } from "../installation.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import { configPlaces, hold, newHome, offline, ownFolder, put, runGateway, type Made } from "./made.ts";

/** OPENCLAW_CONFIG_PATH alone: its folder becomes a second root beside the state dir. */
export async function makeConfigPath(world: World): Promise<Made> {
  const base = await newHome(world, "config-path");
  const etc = `${base.home}-etc`;
  await ownFolder(base, etc);
  const installation: Installation = {
    ...base,
    env: { OPENCLAW_CONFIG_PATH: join(etc, "openclaw.json") },
  };
  await timed("config path: onboard", () => onboard(installation, world.model.url));
  await offline(installation);
  await put(installation, {
    [join(etc, ".env")]: "SOME_KEY=dotenv-value\n",
    [join(etc, "skills/mine/SKILL.md")]: "---\nname: mine\ndescription: one\n---\n",
    [join(etc, "hooks/transforms/gmail.mjs")]: "export default (x) => x;\n",
    [join(etc, "media/inbound/a.jpg")]: "jpeg\n",
    [join(etc, "hosts")]: "beside the config file\n",
  });
  await runGateway(installation, () => hold(installation, "agent:molty:main"));
  const state = stateDir(installation);
  return {
    installation,
    places: [
      { at: state, as: "" },
      { at: join(state, "workspace") },
      ...configPlaces(join(etc, "openclaw.json")),
      ...configDirPlaces(etc),
    ],
  };
}

function configDirPlaces(dir: string): Place[] {
  const names =
    "browser cron dns .env extensions gateway/tls git hooks media mpm npm plugins/catalog.json plugin-skills settings/tts.json skills tools";
  return names.split(" ").map((as) => ({ at: join(dir, as), as }));
}
