import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { demand } from "./command.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { addCronJob, editConfig, onboard, stateDir, turn, type Installation } from "./installation.ts";
import { timed } from "./timing.ts";

/** A word only the first conversation knows: found again in a later request, the memory has moved along. */
export const KEYWORD = "heliotrope";
export const CRON_JOB = "good-night";

/** The first conversation with each of the two agents. */
export const MOLTY = "agent:molty:main";
export const SCOUT = "agent:scout:main";

/** The second agent's workspace lies outside the state dir, relative to the home. */
export const SCOUT_WORKSPACE = "projects/scout";

/** Makes a real installation with two agents, and leaves its gateway running after a turn with each. */
export async function makeSource(installation: Installation, modelUrl: string): Promise<Gateway> {
  await timed("onboard", () => onboard(installation, modelUrl));
  const scout = { name: "scout", workspace: join(installation.home, SCOUT_WORKSPACE) };
  await editConfig(installation, (text) => withAgents(text, { scout }));
  await furnish(installation, join(stateDir(installation), "workspace"));
  const gateway = await timed("start the gateway", () => startGateway(installation));
  await timed("hold two turns", () => Promise.all([talk(installation, MOLTY), talk(installation, SCOUT)]));
  await timed("add a cron job", () => addCronJob(installation, CRON_JOB));
  return gateway;
}

async function talk(installation: Installation, session: string): Promise<void> {
  const answer = await turn(installation, session, `please keep the word ${KEYWORD}`);
  if (!answer.ok) throw new Error(`${session} refused its first turn: ${answer.text}`);
}

const Config = z.looseObject({
  agents: z.looseObject({
    defaults: z.looseObject({}),
    entries: z.record(z.string(), z.looseObject({})),
  }),
  models: z.looseObject({}),
});

/**
 * What `openclaw agents add` writes (by hand, for the command takes 18 s of processor), and one line to keep at home the
 * only request of a gateway that its offline switches leave.
 */
export function withAgents(text: string, agents: Readonly<Record<string, object>>): string {
  const config = Config.parse(JSON.parse(text));
  Object.assign(config.agents.defaults, {
    systemAgent: { agentId: "molty" },
    heartbeat: { agentId: "molty" },
  });
  Object.assign(config.agents, { ownership: "explicit" });
  Object.assign(config.agents.entries, agents);
  Object.assign(config.models, { catalogRefresh: { enabled: false } });
  return JSON.stringify(config, null, 2);
}

// What a person or an agent adds to a workspace over time.
async function furnish(installation: Installation, workspace: string): Promise<void> {
  const files = {
    "MEMORY.md": ["# What I know\n", 0o644],
    "memory/2026-11-21.md": ["talked about flowers\n", 0o600],
    ".hidden/a note.txt": ["dots and spaces\n", 0o640],
    "bin/hello.sh": ["#!/bin/sh\necho hello\n", 0o755],
  } as const;
  for (const [name, [content, mode]] of Object.entries(files)) {
    const path = join(workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chmod(path, mode);
  }
  await symlink("MEMORY.md", join(workspace, "memory/index.md"));
  const { name } = installation.user;
  await demand({ file: "chown", args: ["-hR", `${name}:`, workspace], timeoutMs: 10_000 });
}
