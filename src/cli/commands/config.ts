import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport, write } from "../output.ts";
import { type ConfigFlags, configFileOf, withConfigFlags } from "../settings.ts";

interface Flags extends ConfigFlags {
  readonly schema?: boolean;
}

export const configCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "config",
          summary: "show every setting, its value and where it comes from; check the settings file",
          examples: ["ocbak config", "ocbak config --schema > ocbak.schema.json"],
          statuses: [],
        }),
      ).option("--schema", "print the JSON Schema of the settings file"),
    ),
  act: config,
};

async function config({ flags, io, voice }: Call): Promise<ExitStatus> {
  const { schema, ...place } = flags as Flags;
  if (schema) {
    const { configJsonSchema } = await import("../../config/schema.ts");
    await write(io.stdout, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return 0;
  }
  const file = await configFileOf(place, io);
  const { effectiveSettings } = await import("../../config/effective.ts");
  const { configText } = await import("../render/config-text.ts");
  const settings = effectiveSettings(file, io.env);
  await printReport(io.stdout, voice, {
    json: { file: file.path, exists: file.exists, settings },
    text: () => configText(file, settings),
    problems: false,
  });
  return 0;
}
