import { join } from "node:path";
import type { Place } from "../../../support/listing.ts";
import type { Installation } from "../installation.ts";
import type { World } from "../world.ts";
import { newHome, type Made } from "./made.ts";
import { makeThreeAgents } from "./three-agents.ts";

/** Everything by default, with three agents, one of them elsewhere, and all that people add over time. */
export async function makeDefault(world: World): Promise<Made> {
  const installation = await newHome(world, "default");
  await makeThreeAgents(installation, world.model.url);
  return { installation, places: defaultPlaces(installation) };
}

function defaultPlaces(installation: Installation): Place[] {
  const at = (path: string) => join(installation.home, path);
  return [
    { at: at(".openclaw"), as: "" },
    { at: at(".openclaw/workspace") },
    { at: at(".openclaw/workspace-helper") },
    { at: at("projects/scout-ws") },
    { at: at("ext-agents/scout"), as: "agents/scout/agent" },
    { at: at("src/my-skill") },
    { at: at("src/hello-plugin"), as: "extensions/hello-plugin" },
    { at: at(".agents/skills") },
    { at: at(".config/openclaw") },
    { at: at("keys/secrets.json") },
    { at: at("notes") },
  ];
}
