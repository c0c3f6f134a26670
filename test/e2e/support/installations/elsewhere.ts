import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { configFile, onboard, stateDir, type Installation } from "../installation.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import {
  configPlaces,
  Config,
  hold,
  newHome,
  offline,
  ownFolder,
  put,
  runGateway,
  type Made,
} from "./made.ts";

/** All places chosen by variables; a config in JSON5 with comments, includes on both sides of its folder, and variables. */
export async function makeElsewhere(world: World): Promise<Made> {
  const base = await newHome(world, "elsewhere");
  const [srv, etc] = [`${base.home}-srv`, `${base.home}-etc`];
  for (const folder of [srv, etc]) await ownFolder(base, folder);
  const installation: Installation = {
    ...base,
    env: {
      OPENCLAW_STATE_DIR: join(srv, "oc-state"),
      OPENCLAW_CONFIG_PATH: join(etc, "openclaw.json5"),
      OPENCLAW_OAUTH_DIR: join(srv, "oauth"),
      OPENCLAW_INCLUDE_ROOTS: join(srv, "shared-config"),
    },
  };
  await timed("elsewhere: onboard", () => onboard(installation, world.model.url));
  await offline(installation);
  await put(installation, {
    [join(srv, "oc-state/.env")]: `OC_WORKSPACE=${join(srv, "ws")}\nMOCK_KEY=test-key\n`,
    [join(srv, "oauth/whatsapp/default/creds.json")]: "{}\n",
    [join(srv, "ws/MEMORY.md")]: "# Mine\n",
    [join(srv, "not-ours.txt")]: "beside the installation\n",
    [join(etc, "hosts")]: "beside the config file\n",
  });
  await splitConfig(installation, srv, etc);
  await runGateway(installation, () => hold(installation, "agent:molty:main"));
  return {
    installation,
    places: [
      { at: join(srv, "oc-state"), as: "" },
      { at: join(srv, "oauth"), as: "credentials" },
      { at: join(srv, "ws") },
      ...configPlaces(join(etc, "openclaw.json5")),
      { at: join(etc, "gateway.json5") },
      { at: join(srv, "shared-config/models.json5") },
    ],
  };
}

/** Makes of a config in JSON one in JSON5, with an include in its own folder and one in a folder of includes below `srv`. */
export async function splitConfig(installation: Installation, srv: string, etc: string): Promise<void> {
  const config = Config.parse(JSON.parse(await readFile(configFile(installation), "utf8")));
  const { gateway, models, agents, ...rest } = config;
  const workspace = join(stateDir(installation), "workspace");
  const whole = JSON.stringify({ ...rest, agents }, null, 2).replaceAll(
    JSON.stringify(workspace),
    '"${OC_WORKSPACE}"',
  );
  await put(installation, {
    [join(etc, "gateway.json5")]: `// how it listens\n${JSON.stringify(gateway)}\n`,
    [join(srv, "shared-config/models.json5")]:
      `// shared\n${JSON.stringify(models).replace("test-key", "${MOCK_KEY}")}\n`,
    [configFile(installation)]: `// by hand
{
  gateway: { $include: './gateway.json5' },
  models: { $include: '${join(srv, "shared-config/models.json5")}' },
  ${whole.replace(/^\{|\}$/g, "").trimEnd()},
}
`,
  });
}
