import { resolve } from "node:path";
import type { ForgetRequest } from "../../backup/status/forget.ts";
import type { StatusReport } from "../../backup/status/status-report.ts";
import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { withContext } from "../use-context.ts";

interface StatusFlags extends ConfigFlags {
  readonly maxAge?: string;
  readonly metricsFile?: string;
  readonly forget?: string;
}

const maxAgeDefault = "36h";

export const statusCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "status",
          summary: "how backups fare: last success, last failure and why, age, sizes, next run, last drill",
          examples: [
            "ocbak status",
            "ocbak status --max-age 36h --quiet || echo 'no backup for 36 hours'",
            "ocbak status --metrics-file /var/lib/node_exporter/ocbak.prom",
          ],
          statuses: [5, 10],
        }),
      )
        .option(
          "--max-age <age>",
          "how old the last good backup may be: 36h, 7d (default: of the settings, else 36h)",
        )
        .option(
          "--metrics-file <file>",
          "write this for node_exporter's textfile collector, too; ends in .prom",
        )
        .option(
          "--forget <[host:]dir>",
          "remove the records of an installation that is no more, by its state dir; archives stay",
        ),
    ),
  act: status,
};

async function status(call: Call): Promise<ExitStatus> {
  const flags = call.flags as StatusFlags;
  if (flags.forget !== undefined) return forget(flags.forget, call);
  const settings = await settingsOf(flags, call.io);
  const options = {
    maxAgeMs: await maxAgeMs(flags.maxAge ?? settings.maxAge ?? maxAgeDefault),
    stores: settings.stores?.map(({ name }) => name),
    metricsFile: metricsPath(flags.metricsFile, call.io),
  };
  const { backupStatus } = await import("../../backup/status/status.ts");
  const { statusText } = await import("../render/status-text.ts");
  const report: StatusReport = await withContext(call, (context) => backupStatus(options, context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => statusText(report, call.io.hostname),
    problems: !report.ok,
  });
  return report.ok ? 0 : 5;
}

async function maxAgeMs(text: string): Promise<number> {
  const { durationMs, isDuration } = await import("../../config/duration.ts");
  if (isDuration(text)) return durationMs(text);
  throw new CliError("usage", `${text} is no age`, { hint: "a number and m, h, d or w, such as 36h or 7d" });
}

function metricsPath(path: string | undefined, { cwd }: CliContext): string | undefined {
  if (path === undefined) return undefined;
  if (path.endsWith(".prom")) return resolve(cwd, path);
  throw new CliError("usage", `${path} does not end in .prom`, {
    hint: "node_exporter reads no other files",
  });
}

async function forget(text: string, call: Call): Promise<ExitStatus> {
  const { forgetInstallation } = await import("../../backup/status/forget.ts");
  const { forgetText } = await import("../render/status-text.ts");
  const request = forgetRequest(text, call.io);
  const report = await withContext(call, async (context) => forgetInstallation(request, context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => forgetText(report),
    problems: false,
  });
  return 0;
}

/** A host has no slash in its name, and what lies behind it is absolute. */
function forgetRequest(text: string, { cwd }: CliContext): ForgetRequest {
  const [, host, dir] = /^([^/:]+):(\/.*)$/.exec(text) ?? [];
  if (host !== undefined && dir !== undefined) return { host, stateDir: dir };
  return { host: null, stateDir: resolve(cwd, text) };
}
