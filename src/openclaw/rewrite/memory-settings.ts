import JSON5 from "json5";
import { z } from "zod";
import { isObject } from "../config.ts";

/** What configs say of the memory, wherever in them it stands: lists of further paths, and other files than text. */
export interface MemorySettings {
  readonly extraPaths: readonly (readonly ExtraPath[])[];
  readonly multimodal: readonly Multimodal[];
}

const ExtraPath = z.union([
  z.string().transform((text) => ({ path: text.trim(), pattern: "" })),
  z
    .object({ path: z.string(), pattern: z.string().optional() })
    .transform(({ path: text, pattern = "" }) => ({ path: text.trim(), pattern: pattern.trim() })),
]);
export type ExtraPath = z.infer<typeof ExtraPath>;

/** In the order of the digest. */
const kinds = ["audio", "image"] as const;
export const Multimodal = z
  .object({
    enabled: z.boolean().optional(),
    modalities: z.array(z.string()).optional(),
    maxFileBytes: z.number().optional(),
  })
  .transform(({ enabled = false, modalities = ["all"], maxFileBytes = 10 * 1024 * 1024 }) => ({
    enabled,
    modalities: enabled
      ? kinds.filter((kind) => modalities.includes("all") || modalities.includes(kind))
      : [],
    maxFileBytes: Math.max(1, Math.floor(maxFileBytes)),
  }));
export type Multimodal = z.infer<typeof Multimodal>;

/** Of the text of a config as it was. */
export function memorySettingsIn(text: string): MemorySettings {
  const found = { extraPaths: [] as ExtraPath[][], multimodal: [] as Multimodal[] };
  if (!/extraPaths|multimodal/.test(text)) return found;
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    if (!isObject(value)) return;
    const paths = z.array(ExtraPath).safeParse(value["extraPaths"]);
    if (paths.success) found.extraPaths.push(paths.data);
    const multimodal = Multimodal.safeParse(value["multimodal"]);
    if (multimodal.success) found.multimodal.push(multimodal.data);
    Object.values(value).forEach(collect);
  };
  try {
    collect(JSON5.parse(text));
  } catch {
    // What the config cannot be read for is told where it is rewritten.
  }
  return found;
}
