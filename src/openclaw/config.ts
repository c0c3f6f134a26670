import { z } from "zod";

const text = z.string();

const AgentEntry = z.looseObject({
  id: text.optional(),
  default: z.boolean().optional(),
  workspace: text.optional(),
  agentDir: text.optional(),
});

/** The parts of openclaw.json that say where things are. Loose: the file is OpenClaw's, and newer ones know more. */
export const OpenClawConfig = z.looseObject({
  meta: z.looseObject({ lastTouchedVersion: text.optional() }).optional(),
  gateway: z
    .looseObject({
      mode: text.optional(),
      port: z.number().optional(),
      remote: z.looseObject({ url: text.optional() }).optional(),
    })
    .optional(),
  agents: z
    .looseObject({
      ownership: text.optional(),
      defaults: z.looseObject({ workspace: text.optional() }).optional(),
      entries: z.record(text, AgentEntry).optional(),
      list: z.array(AgentEntry).optional(),
    })
    .optional(),
  session: z.looseObject({ store: text.optional() }).optional(),
  env: z.looseObject({ vars: z.record(text, text).optional() }).optional(),
});
export type OpenClawConfig = z.infer<typeof OpenClawConfig>;
export type AgentEntry = z.infer<typeof AgentEntry>;

/**
 * Reads what fits and says what does not: one setting of the wrong type must not cost the backup of all the others.
 */
export function parseConfig(raw: unknown, warn: (line: string) => void): OpenClawConfig {
  const parsed = OpenClawConfig.safeParse(raw);
  if (parsed.success) return parsed.data;
  const copy = structuredClone(raw);
  for (const { path } of parsed.error.issues) {
    warn(`the config's ${path.map(String).join(".")} is not of the expected type and was passed over`);
    removeAt(copy, path);
  }
  // What was removed is optional everywhere, except an item of a list, which became null and goes below.
  return OpenClawConfig.parse(withoutHoles(copy));
}

function removeAt(value: unknown, path: readonly PropertyKey[]): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (isObject(at) ? at[String(key)] : undefined), value);
  const last = String(path.at(-1));
  if (Array.isArray(holder)) holder[Number(last)] = null;
  else if (isObject(holder)) delete holder[last];
}

function withoutHoles(value: unknown): unknown {
  const agents = isObject(value) ? value["agents"] : undefined;
  const list = isObject(agents) ? agents["list"] : undefined;
  if (Array.isArray(list) && isObject(agents)) agents["list"] = list.filter((entry) => entry !== null);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
