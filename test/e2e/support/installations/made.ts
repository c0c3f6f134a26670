import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Place } from "../../../support/listing.ts";
import { demand } from "../command.ts";
import { startGateway } from "../gateway.ts";
import { editConfig, turn, type Installation } from "../installation.ts";
import { withAgents } from "../source.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";

/** A real installation whose gateway is stopped, and all the places it consists of. */
export interface Made {
  readonly installation: Installation;
  readonly places: readonly Place[];
}

export const Config = z.looseObject({});

export async function offline(installation: Installation): Promise<void> {
  await editConfig(installation, (text) => withAgents(text, {}));
}

export async function hold(installation: Installation, session: string): Promise<void> {
  const answer = await timed(`hold a turn (${session})`, () => turn(installation, session, "hello there"));
  if (!answer.ok) throw new Error(`${session} refused a turn: ${answer.text}`);
}

export async function runGateway(installation: Installation, work: () => Promise<void>): Promise<void> {
  const gateway = await timed("start the gateway", () => startGateway(installation));
  try {
    await work();
  } catch (error) {
    throw new Error(`the gateway said\n${gateway.log().slice(-3000)}`, { cause: error });
  } finally {
    await gateway.stop();
  }
}

export async function newHome(world: World, name: string): Promise<Installation> {
  const installation = world.installation(world.before.user, `${world.before.home}-${name}`);
  await ownFolder(installation, installation.home);
  return installation;
}

export async function ownFolder(installation: Installation, folder: string): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o700);
  await own(installation, folder);
}

/** Files of the installation's user; paths relative to the home, or absolute. */
export async function put(
  installation: Installation,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = name.startsWith("/") ? name : join(installation.home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await own(installation, dirname(path));
  }
  await own(installation, installation.home);
}

export async function link(installation: Installation, target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
  await own(installation, dirname(path));
}

async function own({ user }: Installation, folder: string): Promise<void> {
  await demand({ file: "chown", args: ["-hR", `${user.name}:`, folder], timeoutMs: 10_000 });
}

/** The gateway of a finished installation dies in the middle of its work, with all its locks and logs. */
export async function crash({ installation }: Made): Promise<void> {
  const gateway = await timed("crash: start the gateway", () => startGateway(installation));
  await hold(installation, "agent:molty:main");
  await gateway.kill();
}

/** What OpenClaw keeps of a config file beside it: five earlier ones, and the last that worked. */
export function configPlaces(file: string): Place[] {
  const names = ["", ".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4", ".last-good"];
  return names.map((suffix) => ({ at: `${file}${suffix}` }));
}
