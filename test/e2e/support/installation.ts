import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Client } from "./client.ts";
import { demand, run, type Command } from "./command.ts";
import type { TestUser } from "./user.ts";

/** Where and as whom a real OpenClaw works. */
export interface Installation {
  readonly client: Client;
  readonly user: TestUser;
  readonly home: string;
  /** Folder for temporary files, kept out of the home. */
  readonly tmp: string;
  readonly port: number;
  /** Given to each command as `--profile`. */
  readonly profile?: string;
  /** OpenClaw's variables of places. Without them everything is where it is by default. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

const CLI_TIMEOUT_MS = 240_000;

/** A command line of OpenClaw in a clean, offline environment. */
export function openclaw(installation: Installation, ...args: string[]): Command {
  const { client, user, home, tmp, profile } = installation;
  const env = {
    ...installation.env,
    HOME: home,
    USER: user.name,
    LOGNAME: user.name,
    TMPDIR: tmp,
    PATH: `${client.bin}:/usr/bin:/bin`,
    LANG: "C.UTF-8",
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_OFFLINE: "1",
  };
  const flags = profile === undefined ? [] : ["--profile", profile];
  return {
    file: client.openclaw,
    args: [...flags, ...args],
    as: user,
    cwd: home,
    env,
    timeoutMs: CLI_TIMEOUT_MS,
  };
}

export function stateDir({ home, profile, env }: Installation): string {
  return (
    env?.["OPENCLAW_STATE_DIR"] ?? join(home, profile === undefined ? ".openclaw" : `.openclaw-${profile}`)
  );
}

export function configFile(installation: Installation): string {
  return installation.env?.["OPENCLAW_CONFIG_PATH"] ?? join(stateDir(installation), "openclaw.json");
}

/** Onboards with the mock model as the only provider; the first agent is `molty`. */
export async function onboard(installation: Installation, modelUrl: string): Promise<void> {
  const args = [
    "onboard --non-interactive --accept-risk --mode local --agent-name molty",
    "--auth-choice custom-api-key --custom-api-key test-key --custom-provider-id mock",
    `--custom-base-url ${modelUrl} --custom-model-id mock-1`,
    `--gateway-bind loopback --gateway-port ${installation.port}`,
    "--gateway-auth token --gateway-token test-token",
    "--skip-channels --skip-health --skip-ui --skip-search --skip-skills --skip-hooks --skip-daemon",
  ];
  await demand(openclaw(installation, ...args.join(" ").split(" ")));
}

/** Changes the text of the config file in place, as a person with an editor would. */
export async function editConfig(installation: Installation, edit: (text: string) => string): Promise<void> {
  const path = configFile(installation);
  await writeFile(path, edit(await readFile(path, "utf8")));
}

const Reply = z.looseObject({
  result: z.looseObject({ payloads: z.array(z.looseObject({ text: z.string() })) }).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

// The client itself fails this way now and then on a busy machine (1 turn of 15 when tried); it works when asked again.
const HICCUP = "Agent database cleanup failed";

/**
 * One turn through the gateway, in the session of that key (`agent:AGENT:SESSION`); a refusal is an answer too.
 */
export async function turn(installation: Installation, session: string, message: string): Promise<Answer> {
  const answer = await turnOnce(installation, session, message);
  return answer.text === HICCUP ? turnOnce(installation, session, message) : answer;
}

async function turnOnce(installation: Installation, session: string, message: string): Promise<Answer> {
  const command = openclaw(installation, "agent", "--session-key", session, "--message", message, "--json");
  const { stdout, stderr } = await run(command);
  const { result, error } = Reply.parse(parse(stdout, stderr));
  if (result === undefined) return { ok: false, text: error?.message ?? "" };
  return { ok: true, text: result.payloads.map(({ text }) => text).join("\n") };
}

const Sessions = z.looseObject({
  sessions: z.array(z.looseObject({ key: z.string(), sessionId: z.string() })),
});

/** The sessions of all agents: id by key. */
export async function sessions(installation: Installation): Promise<Record<string, string>> {
  const listed = await demand(openclaw(installation, "sessions", "--all-agents", "--json"));
  const { sessions } = Sessions.parse(JSON.parse(listed));
  return Object.fromEntries(sessions.map(({ key, sessionId }) => [key, sessionId]));
}

export async function addCronJob(installation: Installation, name: string): Promise<void> {
  const when = [
    "--cron",
    "0 3 * * *",
    "--agent",
    "molty",
    "--session",
    "isolated",
    "--message",
    "say good night",
  ];
  await demand(openclaw(installation, "cron", "add", "--name", name, ...when, "--json"));
}

const Jobs = z.looseObject({ jobs: z.array(z.looseObject({ name: z.string() })) });

/** The names of all cron jobs the gateway knows. */
export async function cronJobs(installation: Installation): Promise<string[]> {
  const listed = await demand(openclaw(installation, "cron", "list", "--json"));
  return Jobs.parse(JSON.parse(listed)).jobs.map(({ name }) => name);
}

function parse(stdout: string, stderr: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`openclaw printed no JSON\n${stdout}\n${stderr}`);
  }
}
