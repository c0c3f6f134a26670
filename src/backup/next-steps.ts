import type { ArchiveFacts } from "./archive-metadata.ts";
import { missingPlugins, type MissingPlugin } from "./proof/missing-plugins.ts";
import { restoredEnvironment } from "./restored-environment.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** What is left to a person after a restore, in the order of OpenClaw's migration guide: only what applies, each with its command. */
export function nextSteps(plan: RestorePlan): string[] {
  const { roots, facts } = plan;
  if (!roots.roots.some(({ id, pieces }) => id === "state" && pieces === undefined)) return [];
  const openclaw = openclawThere(plan);
  const variables = settings(plan);
  return [
    ...program(plan),
    ...(facts?.environment ?? []).flatMap(missingVariable),
    ...(variables === ""
      ? []
      : [`in the owner's shell and in all that runs openclaw, set what its places need: ${variables}`]),
    ...missingPlugins(plan).map((plugin) => pluginStep(plugin, openclaw)),
    `as the owner: ${openclaw} doctor`,
    `then: ${openclaw} gateway install`,
    ...relinking(facts, openclaw),
    "never run the old and the new gateway at the same time: they share identities and channel logins; stop the old one for good: openclaw gateway uninstall",
    "if the archive could have been read by others on its way, rotate the keys in it",
  ];
}

/** How OpenClaw is called so that it uses what was restored. */
function openclawThere(plan: RestorePlan): string {
  const { profile } = plan.roots;
  const command = profile === null ? "openclaw" : `openclaw --profile ${profile}`;
  return [settings(plan), command].filter(Boolean).join(" ");
}

/** As a shell reads them. */
function settings(plan: RestorePlan): string {
  const variables = Object.entries(restoredEnvironment(plan));
  return variables.map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'`).join(" ");
}

function program({ openclaw: fit }: RestorePlan): string[] {
  if (fit === undefined || fit.found !== null) return [];
  const version = fit.needed === null ? "" : `@${fit.needed}`;
  return [`no OpenClaw was found on PATH: npm install -g openclaw${version} (or newer)`];
}

/** A service of the old machine is not restored, and what stood in its file or nowhere is not here. */
function missingVariable({ name, where }: NonNullable<ArchiveFacts["environment"]>[number]): string[] {
  return where === "file"
    ? []
    : [`set ${name}, which the config needs: its value was in no file that is backed up`];
}

function pluginStep({ id, command, source, lacks }: MissingPlugin, openclaw: string): string {
  if (command === null)
    return `install the plugin ${id} again (it came from ${source}): its ${lacks} are not in the archive`;
  return `${openclaw} ${command}: the ${lacks} of the plugin ${id} are not in the archive`;
}

/** Whose encryption moves on with every message. */
function relinking(facts: ArchiveFacts | null, openclaw: string): string[] {
  const isAtRisk = (facts?.timeTravel ?? []).some(({ path }) => path.includes("credentials/whatsapp/"));
  return isAtRisk
    ? [`if WhatsApp stays silent, link it again: ${openclaw} channels login --channel whatsapp`]
    : [];
}
