import { chmod, cp, mkdir, mkdtemp, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { demand } from "../command.ts";
import { onboard, openclaw, type Installation } from "../installation.ts";
import { exists } from "../moved.ts";
import { timed } from "../timing.ts";
import type { World } from "../world.ts";
import { newHome, offline, put } from "./made.ts";

/** An onboarding with the real plugin of WhatsApp, as npm has it. */
export async function makeWithWhatsapp(world: World): Promise<Installation> {
  const installation = await newHome(world, "whatsapp");
  await timed("whatsapp: onboard", () => onboard(installation, world.model.url));
  await offline(installation);
  await installPlugin(installation, `plugins install ${specOf(installation)} --force --accept-capabilities`);
  return installation;
}

export function specOf({ client }: Installation): string {
  return `@openclaw/whatsapp@${client.version}`;
}

/**
 * Runs a command of OpenClaw's that downloads packages, with those at hand that an earlier test has downloaded; npm asks the
 * network for what is not among them.
 */
export async function installPlugin(installation: Installation, words: string): Promise<void> {
  const kept = join(dirname(installation.client.bin), `npm-cache-whatsapp-${installation.client.version}`);
  const own = join(installation.home, ".npm/_cacache");
  const isKept = await exists(kept);
  await mkdir(dirname(own), { recursive: true });
  if (isKept) await cp(kept, own, { recursive: true });
  await put(installation, { ".npmrc": "prefer-offline=true\n" });
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  const env = { ...installation.env, ...(certificates && { NODE_EXTRA_CA_CERTS: certificates }) };
  const command = { ...openclaw({ ...installation, env }, ...words.split(" ")), timeoutMs: 600_000 };
  await timed(`openclaw ${words}`, () => demand(command));
  if (!isKept) await keep(own, kept);
}

/** The folder gets its name only when everything is in it. */
async function keep(folder: string, kept: string): Promise<void> {
  const draft = await mkdtemp(`${kept}.draft-`);
  await chmod(draft, 0o755);
  await cp(folder, draft, { recursive: true });
  await demand({ file: "chown", args: ["-R", "root:", draft], timeoutMs: 60_000 });
  await rename(draft, kept);
}
