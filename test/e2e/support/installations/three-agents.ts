import { join } from "node:path";
import { demand } from "../command.ts";
import { addCronJob, editConfig, onboard, openclaw, turn, type Installation } from "../installation.ts";
import { KEYWORD, withAgents } from "../source.ts";
import { timed } from "../timing.ts";
import { furniture } from "./furniture.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { Config, link, put, runGateway } from "./made.ts";

/** The conversation that each agent has had. */
export const CONVERSATIONS = ["agent:molty:main", "agent:scout:main", "agent:helper:main"] as const;

export const CRON_JOBS = ["good-night", "good-morning"] as const;

/**
 * Three agents, one by default, one with workspace and agentDir of its own, one with a workspace in the state dir, and all that
 * people add over time; a conversation with each, the memory indexed. `refine` gives the config its last form.
 */
export async function makeThreeAgents(
  installation: Installation,
  modelUrl: string,
  layout: Layout = layoutOf(installation),
  refine: () => Promise<void> = async () => {},
): Promise<void> {
  const at = (path: string) => join(installation.home, path);
  await timed("three agents: onboard", () => onboard(installation, modelUrl));
  await editConfig(installation, (text) => configOf(text, at, layout));
  await put(installation, furniture(installation.home, layout));
  await link(installation, at("src/my-skill"), join(layout.configDir, "skills/my-skill"));
  await timed("three agents: install a plugin", () =>
    command(installation, linkPlugin(at("src/hello-plugin"))),
  );
  await timed("three agents: store a secret", () => command(installation, storeSecret(at("demo-token"))));
  await refine();
  await runGateway(installation, async () => {
    for (const session of CONVERSATIONS) await talk(installation, session);
    for (const job of CRON_JOBS) await addCronJob(installation, job);
  });
  await timed("three agents: index the memory", () => command(installation, "memory index"));
}

function configOf(text: string, at: (path: string) => string, layout: Layout): string {
  const agents = withAgents(text, {
    scout: { name: "scout", workspace: at("projects/scout-ws"), agentDir: at("ext-agents/scout") },
    helper: { name: "helper", workspace: join(layout.state, "workspace-helper") },
  });
  return JSON.stringify({ ...Config.parse(JSON.parse(agents)), ...additions(at) }, null, 2);
}

function additions(at: (path: string) => string): Record<string, object> {
  return {
    mcp: {
      servers: { hello: { command: "node", args: [at("src/mcp/server.mjs")], env: { TOKEN: "mcp-token" } } },
    },
    // By words alone: there is no model for embeddings here.
    memory: { search: { provider: "none", extraPaths: [at("notes")] } },
    secrets: { providers: { files: { source: "file", path: at("keys/secrets.json"), mode: "json" } } },
  };
}

function linkPlugin(folder: string): string {
  return `plugins install --force --accept-capabilities --link ${folder}`;
}

function storeSecret(file: string): string {
  return `secrets store set DEMO_TOKEN --kind secret --value-file ${file}`;
}

async function command(installation: Installation, words: string): Promise<void> {
  await demand(openclaw(installation, ...words.split(" ")));
}

async function talk(installation: Installation, session: string): Promise<void> {
  const answer = await timed(`hold a turn (${session})`, () =>
    turn(installation, session, `please keep the word ${KEYWORD}`),
  );
  if (!answer.ok) throw new Error(`${session} refused a turn: ${answer.text}`);
}
