import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { editConfig, type Installation } from "../installation.ts";
import type { World } from "../world.ts";
import { splitConfig } from "./elsewhere.ts";
import { layoutOf } from "./layout.ts";
import { newHome, ownFolder, put } from "./made.ts";
import { makeThreeAgents } from "./three-agents.ts";

/**
 * Three agents with every place chosen by variables or config, in the home and beside it: `HOME-etc`, whose name begins like
 * the home's. The config includes files in its own folder and in the home.
 */
export async function makeScattered(world: World): Promise<Installation> {
  const base = await newHome(world, "scattered");
  const [srv, etc] = [join(base.home, "srv"), `${base.home}-etc`];
  for (const folder of [srv, etc]) await ownFolder(base, folder);
  const installation = {
    ...base,
    env: {
      OPENCLAW_STATE_DIR: join(srv, "oc-state"),
      OPENCLAW_CONFIG_PATH: join(etc, "openclaw.json5"),
      OPENCLAW_OAUTH_DIR: join(srv, "oauth"),
      OPENCLAW_INCLUDE_ROOTS: join(srv, "shared-config"),
    },
  };
  const layout = { ...layoutOf(installation), workspace: join(srv, "ws") };
  await makeThreeAgents(installation, world.model.url, layout, async () => {
    const variables = join(layout.configDir, ".env");
    const text = await readFile(variables, "utf8");
    await put(installation, { [variables]: `${text}OC_WORKSPACE=${layout.workspace}\nMOCK_KEY=test-key\n` });
    await editConfig(installation, (config) => withAgentDir(config, join(srv, "agents/molty")));
    await splitConfig(installation, srv, etc);
  });
  return installation;
}

const Config = z.looseObject({
  agents: z.looseObject({ entries: z.looseObject({ molty: z.looseObject({}) }) }),
});

function withAgentDir(text: string, agentDir: string): string {
  const config = Config.parse(JSON.parse(text));
  Object.assign(config.agents.entries.molty, { agentDir });
  return JSON.stringify(config, null, 2);
}

/** Three agents with OPENCLAW_CONFIG_PATH alone: the folder of the config, in the home, is a second root beside the state dir. */
export async function makeConfigElsewhere(world: World): Promise<Installation> {
  const base = await newHome(world, "config-elsewhere");
  const etc = join(base.home, "oc-etc");
  await ownFolder(base, etc);
  const installation = { ...base, env: { OPENCLAW_CONFIG_PATH: join(etc, "openclaw.json") } };
  await makeThreeAgents(installation, world.model.url);
  return installation;
}
