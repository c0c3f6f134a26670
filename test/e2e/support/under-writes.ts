import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ListedEntry } from "../../../src/backup/reports.ts";
import {
  committedIn,
  integrityOf,
  liveWriterProgram,
  startLiveWriter,
  type LiveWriter,
} from "../../support/live-writers.ts";
import { demand } from "./command.ts";
import { stateDir, type Installation } from "./installation.ts";
import { ocbak, type Caller, type Report } from "./ocbak.ts";
import type { World } from "./world.ts";

/** Relative to the state dir: a database of OpenClaw's own, and one of a program that an agent runs. */
const AGENT = "agents/molty/agent/openclaw-agent.sqlite";
const THIRD_PARTY = "agents/molty/agent/codex-home/thread_history_1.sqlite";

/** Two programs that commit every 5 milliseconds, the installation's user theirs. */
export interface Writers extends AsyncDisposable {
  readonly agent: LiveWriter;
  readonly thirdParty: LiveWriter;
}

export async function startWriters(world: World, installation: Installation, rows: number): Promise<Writers> {
  const program = join(world.archives, "live-writer.ts");
  await copyFile(liveWriterProgram, program);
  const { name, uid, gid } = installation.user;
  const database = join(stateDir(installation), THIRD_PARTY);
  await mkdir(dirname(database), { recursive: true });
  await demand({ file: "chown", args: ["-R", `${name}:`, dirname(database)], timeoutMs: 10_000 });
  const options = { uid, gid, node: world.ocbak.node, program, rows };
  await using stack = new AsyncDisposableStack();
  const agent = stack.use(await startLiveWriter("agent", join(stateDir(installation), AGENT), options));
  const thirdParty = stack.use(await startLiveWriter("third-party", database, options));
  const rest = stack.move();
  return { agent, thirdParty, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** A backup, and whatever is wrong with it, in words. */
export interface Backup {
  readonly report: Report;
  readonly seconds: number;
  readonly databases: number;
  readonly wrong: readonly string[];
}

/** Backs up while the writers go on, and looks into every database of the archive, which it then removes. */
export async function backUpUnderWrites(
  world: World,
  { as, keys }: { readonly as: Caller; readonly keys: Keys },
  writers: Writers,
): Promise<Backup> {
  const folder = await mkdtemp(join(world.archives, "under-writes-"));
  await demand({ file: "chmod", args: ["0777", folder], timeoutMs: 10_000 });
  try {
    const committed = { agent: writers.agent.committed(), thirdParty: writers.thirdParty.committed() };
    const archive = join(folder, "a.ocbak");
    const begin = performance.now();
    const report = await ocbak(world.ocbak, as, "create", "-r", keys.recipient, "-o", archive);
    const seconds = (performance.now() - begin) / 1000;
    const listed = await ocbak(world.ocbak, world.root, "ls", archive, "-i", keys.identity);
    const entries = (listed.json["entries"] as ListedEntry[]).filter(({ status }) => status === "database");
    const paths = entries.map(({ path }) => path);
    const output = join(folder, "databases");
    await ocbak(world.ocbak, world.root, "extract", archive, ...paths, "-o", output, "-i", keys.identity);
    const unsound = paths.filter((path) => integrityOf(join(output, path)) !== "ok");
    const held = {
      agent: committedIn("agent", join(output, "state", AGENT)),
      thirdParty: committedIn("third-party", join(output, "state", THIRD_PARTY)),
    };
    return {
      report,
      seconds,
      databases: paths.length,
      wrong: [...unsound.map((path) => `${path} is not sound`), ...lost(committed, held)],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface Keys {
  readonly recipient: string;
  readonly identity: string;
}

type Counts = Readonly<Record<"agent" | "thirdParty", number>>;

function lost(committed: Counts, held: Counts): string[] {
  return (["agent", "thirdParty"] as const)
    .filter((kind) => held[kind] < committed[kind])
    .map((kind) => `of ${kind}, ${held[kind]} of ${committed[kind]} transactions are there`);
}
