import { join } from "node:path";
import type { Place } from "../../../support/listing.ts";
import { demand } from "../command.ts";
import { addCronJob, editConfig, onboard, openclaw, type Installation } from "../installation.ts";
import { withAgents } from "../source.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import { Config, hold, link, newHome, put, runGateway, type Made } from "./made.ts";

/** Everything by default, with three agents, one of them elsewhere, and all that people add over time. */
export async function makeDefault(world: World): Promise<Made> {
  const installation = await newHome(world, "default");
  const at = (path: string) => join(installation.home, path);
  await timed("default: onboard", () => onboard(installation, world.model.url));
  await editConfig(installation, (text) => {
    const agents = withAgents(text, {
      scout: { name: "scout", workspace: at("projects/scout-ws"), agentDir: at("ext-agents/scout") },
      helper: { name: "helper", workspace: at(".openclaw/workspace-helper") },
    });
    return JSON.stringify({ ...Config.parse(JSON.parse(agents)), ...additions(at) }, null, 2);
  });
  await put(installation, furniture);
  await link(installation, at("src/my-skill"), at(".openclaw/skills/my-skill"));
  const install = [
    "plugins",
    "install",
    "--force",
    "--accept-capabilities",
    "--link",
    at("src/hello-plugin"),
  ];
  await timed("default: install a plugin", () => demand(openclaw(installation, ...install)));
  const secret = [
    "secrets",
    "store",
    "set",
    "DEMO_TOKEN",
    "--kind",
    "secret",
    "--value-file",
    at("demo-token"),
  ];
  await timed("default: store a secret", () => demand(openclaw(installation, ...secret)));
  await runGateway(installation, async () => {
    await hold(installation, "agent:molty:main");
    await hold(installation, "agent:scout:main");
    for (const job of ["good-night", "good-morning"]) await addCronJob(installation, job);
  });
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

function additions(at: (path: string) => string): Record<string, object> {
  return {
    mcp: {
      servers: { hello: { command: "node", args: [at("src/mcp/server.mjs")], env: { TOKEN: "mcp-token" } } },
    },
    memory: { search: { extraPaths: [at("notes")] } },
    secrets: { providers: { files: { source: "file", path: at("keys/secrets.json"), mode: "json" } } },
  };
}

const plugin = {
  id: "hello-plugin",
  name: "Hello",
  description: "says hello",
  configSchema: { type: "object", additionalProperties: false, properties: {} },
};

/** What people, agents and channels add over time; `demo-token`, `projects/other` and `src/mcp` are no part of it. */
const furniture: Readonly<Record<string, string>> = {
  ".openclaw/.env": "OPENAI_BASE_URL=http://127.0.0.1:9\nSOME_KEY=dotenv-value\n",
  ".openclaw/credentials/whatsapp/default/creds.json": '{"noiseKey":"x"}\n',
  ".openclaw/credentials/whatsapp/default/session-Abc.json": "upper\n",
  ".openclaw/credentials/whatsapp/default/session-aBC.json": "lower\n",
  ".openclaw/media/inbound/a picture.jpg": "jpeg\n",
  ".openclaw/agents/molty/sessions/old.jsonl": '{"turn":1}\n',
  ".openclaw/cron/runs/job.jsonl": '{"run":1}\n',
  ".openclaw/logs/commands.log": "left out by a rule\n",
  ".openclaw/workspace/MEMORY.md": "# What I know\n",
  ".openclaw/workspace/important.tmp.md": "not scratch\n",
  ".openclaw/workspace/tools/app.pid": "a name means nothing here\n",
  ".openclaw/workspace/skills/by-agent/SKILL.md": "---\nname: by-agent\ndescription: one\n---\n",
  ".openclaw/workspace-helper/AGENTS.md": "# Agents\n",
  "projects/scout-ws/uv.lock": "a lock of the user's\n",
  "projects/other/README.md": "not OpenClaw's\n",
  "src/my-skill/SKILL.md": "---\nname: my-skill\ndescription: says hello\n---\nSay hello.\n",
  "src/hello-plugin/openclaw.plugin.json": JSON.stringify(plugin),
  "src/hello-plugin/package.json": JSON.stringify({
    name: "hello-plugin",
    version: "1.0.0",
    type: "module",
    openclaw: { extensions: ["./index.js"] },
  }),
  "src/hello-plugin/index.js": `export default { id: "hello-plugin", register() {} };\n`,
  "src/hello-plugin/node_modules/dependency/index.js": "downloaded\n",
  "src/mcp/server.mjs": "process.exit(1);\n",
  ".agents/skills/shared/SKILL.md": "---\nname: shared\ndescription: for all agents\n---\n",
  ".config/openclaw/gateway.env": "GATEWAY_VARIABLE=1\n",
  "keys/secrets.json": '{"key":"file-secret"}\n',
  "notes/extra.md": "more memory\n",
  "demo-token": "store-secret-value",
};
