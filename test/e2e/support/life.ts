import { z } from "zod";
import { demand } from "./command.ts";
import { openclaw, sessions, type Installation } from "./installation.ts";

/** What OpenClaw itself tells of an installation whose gateway runs, without any place in it. */
export interface Life {
  /** Name by id. */
  readonly cronJobs: Readonly<Record<string, string>>;
  /** Id by key. */
  readonly sessions: Readonly<Record<string, string>>;
  /** Those that do not come with the program. */
  readonly plugins: readonly Plugin[];
  /** The first agent's own ones, by where they come from. */
  readonly skills: readonly string[];
  readonly secrets: readonly string[];
  /** What a search for each of the words finds. */
  readonly memory: readonly Found[];
}

/** A search in the memory of one agent. */
export interface Question {
  readonly agent: string;
  readonly word: string;
}

export async function lifeOf(installation: Installation, questions: readonly Question[]): Promise<Life> {
  const memory: Found[] = [];
  for (const question of questions) memory.push(...(await remembered(installation, question)));
  return {
    cronJobs: await cronJobs(installation),
    sessions: await sessions(installation),
    plugins: await plugins(installation),
    skills: await skills(installation),
    secrets: await secrets(installation),
    memory,
  };
}

const Jobs = z.object({ jobs: z.array(z.object({ id: z.string(), name: z.string() })) });

async function cronJobs(installation: Installation): Promise<Life["cronJobs"]> {
  const { jobs } = await ask(installation, Jobs, "cron list --all");
  return Object.fromEntries(jobs.map(({ id, name }) => [id, name]));
}

const Plugin = z.object({
  id: z.string(),
  origin: z.string(),
  version: z.string().optional(),
  enabled: z.boolean(),
  status: z.string(),
});
type Plugin = z.infer<typeof Plugin>;

/** They are told without a gateway, too. */
export async function plugins(installation: Installation): Promise<readonly Plugin[]> {
  const listed = await ask(installation, z.object({ plugins: z.array(Plugin) }), "plugins list");
  return listed.plugins.filter(({ origin }) => origin !== "bundled");
}

const Skill = z.object({ name: z.string(), source: z.string(), bundled: z.boolean(), eligible: z.boolean() });

async function skills(installation: Installation): Promise<string[]> {
  const listed = await ask(installation, z.object({ skills: z.array(Skill) }), "skills list --agent molty");
  const own = listed.skills.filter(({ bundled, eligible }) => !bundled && eligible);
  return own.map(({ name, source }) => `${name} (${source})`).toSorted();
}

async function secrets(installation: Installation): Promise<string[]> {
  const listed = await ask(installation, z.array(z.object({ name: z.string() })), "secrets store list");
  return listed.map(({ name }) => name);
}

const Found = z.object({ path: z.string(), snippet: z.string() });
type Found = z.infer<typeof Found>;

async function remembered(installation: Installation, { agent, word }: Question): Promise<Found[]> {
  const answer = z.object({ results: z.array(Found) });
  return (await ask(installation, answer, `memory search ${word} --agent ${agent}`)).results;
}

async function ask<T>(installation: Installation, answer: z.ZodType<T>, words: string): Promise<T> {
  return answer.parse(JSON.parse(await demand(openclaw(installation, ...words.split(" "), "--json"))));
}

/** The same without sessions of cron jobs that were not there then: their time has come since. */
export function withoutLaterJobs(now: Life, then: Life): Life {
  const sessions = Object.entries(now.sessions).filter(
    ([key]) => key in then.sessions || !key.includes(":cron:"),
  );
  return { ...now, sessions: Object.fromEntries(sessions) };
}
