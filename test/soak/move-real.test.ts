import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillReport, RestoreReport } from "../../src/backup/restore-reports.ts";
import { run, type Command } from "../e2e/support/command.ts";
import { complaintsIn } from "../e2e/support/complaints.ts";
import { misplacedTrust } from "../e2e/support/entrusted.ts";
import { openclaw, turn, type Installation } from "../e2e/support/installation.ts";
import { NOTED, REMEMBERED } from "../e2e/support/installations/furniture.ts";
import { newHome, ownFolder, runGateway } from "../e2e/support/installations/made.ts";
import { makeConfigElsewhere, makeScattered } from "../e2e/support/installations/scattered.ts";
import { CONVERSATIONS, CRON_JOBS, makeThreeAgents } from "../e2e/support/installations/three-agents.ts";
import { lifeOf, withoutLaterJobs, type Life } from "../e2e/support/life.ts";
import { ANSWER } from "../e2e/support/mock-model.ts";
import { exists, movedTo, putAway } from "../e2e/support/moved.ts";
import { keygen, ocbak, type Caller } from "../e2e/support/ocbak.ts";
import { KEYWORD } from "../e2e/support/source.ts";
import { printTimings, timed } from "../e2e/support/timing.ts";
import { openWorld, type World } from "../e2e/support/world.ts";

interface Case {
  readonly name: string;
  readonly make: (world: World) => Promise<Installation>;
  /** Folders outside of the home, put away before the restore puts them there again. */
  readonly outside?: (source: Installation) => readonly string[];
  readonly flags?: (target: Installation) => readonly string[];
}

const cases: readonly Case[] = [
  { name: "by default", make: (world) => threeAgents(world, "three") },
  { name: "of a profile", make: (world) => threeAgents(world, "work", { profile: "work" }) },
  {
    name: "with all paths elsewhere, and includes",
    make: makeScattered,
    outside: ({ home }) => [`${home}-etc`],
    flags: ({ env }) => ["--state-dir", env!["OPENCLAW_STATE_DIR"]!],
  },
  { name: "with OPENCLAW_CONFIG_PATH alone", make: makeConfigElsewhere },
];

const QUESTIONS = [
  { agent: "molty", word: REMEMBERED },
  { agent: "scout", word: NOTED },
  { agent: "helper", word: NOTED },
];

const stack = new AsyncDisposableStack();
let world: World;
let recipient: string;
let identity: string;
let first: { readonly archive: string; readonly complaints: Set<string> };

beforeAll(async () => {
  world = stack.use(await openWorld());
  identity = join(world.archives, "identity.txt");
  recipient = await keygen(world.ocbak, world.root, identity);
  // Whoever tried could make the old home anew.
  await chmod(dirname(world.before.home), 0o1777);
});

afterAll(async () => {
  await stack.disposeAsync();
  printTimings();
});

describe.each(cases)("three agents $name, moved to another user and home", (setting) => {
  const { name, make, outside = () => [], flags = () => [] } = setting;
  let source: Installation;
  let target: Installation;
  let life: Life;
  let complaints: Set<string>;
  let archive: string;
  let restored: RestoreReport;

  it("live with what people add over time, and are captured", async () => {
    source = await make(world);
    archive = join(world.archives, `${cases.indexOf(setting)}.ocbak`);
    await runGateway(source, async () => {
      complaints = await timed(`${name}: openclaw doctor`, () => doctor(source));
      life = await timed(`${name}: ask for all it has`, () => lifeOf(source, QUESTIONS));
    });
    expect(Object.keys(life.sessions)).toEqual(expect.arrayContaining([...CONVERSATIONS]));
    expect(Object.values(life.cronJobs)).toEqual(expect.arrayContaining([...CRON_JOBS]));
    expect(life.memory.map(({ snippet }) => snippet)).toEqual([
      expect.stringContaining(REMEMBERED),
      ...Array.from({ length: 2 }, () => expect.stringContaining(NOTED) as string),
    ]);
    expect(life).toMatchObject({ plugins: [{ id: "hello-plugin", enabled: true }], secrets: ["DEMO_TOKEN"] });
    const { user, home, env, profile } = source;
    const caller: Caller = { user, home, ...(env && { env }) };
    const args = [...(profile === undefined ? [] : ["--profile", profile]), "-r", recipient, "-o", archive];
    const created = await timed(`${name}: ocbak create`, () => ocbak(world.ocbak, caller, "create", ...args));
    expect([created.status, created.json["complete"]]).toEqual([0, true]);
    first ??= { archive, complaints };
  });

  it("are restored with every check passed, all of it the new user's and what is private closed", async () => {
    for (const folder of [source.home, ...outside(source)]) await putAway(folder);
    target = movedTo(source, world.after.user, `${world.after.home}-${cases.indexOf(setting)}`);
    await ownFolder(target, target.home);
    const args = ["--owner", target.user.name, "--home", target.home, ...flags(target), "-i", identity];
    const report = await timed(`${name}: ocbak restore`, () =>
      ocbak(world.ocbak, world.root, "restore", ...args, archive),
    );
    expect([report.status, report.stderr]).toEqual([0, ""]);
    restored = report.json as unknown as RestoreReport;
    expect(restored.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(restored.left.filter(({ history }) => history !== true)).toEqual([]);
    const holdings = restored.targets.map(({ root, path }) => ({
      path,
      isPrivate: !root.startsWith("workspace."),
    }));
    expect(await misplacedTrust(holdings, target.user)).toEqual([]);
  });

  it("have what they had: cron jobs by id, sessions, plugin, skills, secrets, memory; doctor says nothing new", async () => {
    await runGateway(target, async () => {
      const said = await timed(`${name}: openclaw doctor (moved)`, () => doctor(target));
      expect([...said].filter((complaint) => !complaints.has(complaint))).toEqual([]);
      const now = await timed(`${name}: ask for all it has (moved)`, () => lifeOf(target, QUESTIONS));
      expect(withoutLaterJobs(now, life)).toEqual(life);
      for (const session of CONVERSATIONS)
        expect([session, await timed(`${name}: recall (moved)`, () => recall(session))]).toEqual([
          session,
          [ANSWER, true],
        ]);
    });
  });

  it("leave nothing where the old home was", async () => {
    expect(await exists(source.home)).toBe(false);
  });

  /** What the agent answers, and whether the model was told of the first conversation. */
  async function recall(session: string): Promise<[string, boolean]> {
    const { text } = await turn(target, session, "what was the word");
    return [text, world.model.lastRequest().includes(KEYWORD)];
  }
});

describe("the archive of three agents by default", () => {
  it("passes a drill", async () => {
    const drilled = await timed("ocbak drill", () =>
      ocbak(world.ocbak, world.root, "drill", first.archive, "-i", identity),
    );
    const { checks } = drilled.json as unknown as DrillReport;
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect([drilled.status, drilled.stderr]).toEqual([0, ""]);
  });

  it("comes back to a doctor who has nothing new to say, except that no gateway runs", async () => {
    const installation = world.installation(world.after.user, `${world.after.home}-doctor`);
    await ownFolder(installation, installation.home);
    const args = ["--owner", installation.user.name, "--home", installation.home, "-i", identity];
    const report = await timed("ocbak restore --doctor", () =>
      ocbak(world.ocbak, world.root, "restore", "--doctor", ...args, first.archive),
    );
    expect([report.status, report.stderr]).toEqual([0, ""]);
    const { doctor: told } = report.json as unknown as RestoreReport;
    expect(told).toMatchObject({ status: 0, output: expect.stringContaining("Doctor complete") as string });
    const said = [...complaintsIn(told!.output, installation.home)];
    const unheard = said.filter((complaint) => !first.complaints.has(complaint));
    expect(unheard.filter((complaint) => !/gateway|managed service/i.test(complaint))).toEqual([]);
  });
});

async function threeAgents(
  { before, model, ...rest }: World,
  name: string,
  more: Partial<Installation> = {},
): Promise<Installation> {
  const installation = { ...(await newHome({ before, model, ...rest }, name)), ...more };
  await makeThreeAgents(installation, model.url);
  return installation;
}

async function doctor(installation: Installation): Promise<Set<string>> {
  const command: Command = openclaw(installation, "doctor", "--non-interactive");
  const { status, stdout, stderr } = await run(command);
  expect([status, stdout]).toEqual([0, expect.stringContaining("Doctor complete")]);
  return complaintsIn(`${stdout}\n${stderr}`, installation.home);
}
