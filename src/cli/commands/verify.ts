import { resolve } from "node:path";
import { Option } from "commander";

import type { VerifyLevel, VerifyReport } from "../../backup/reports.ts";
import { StoreError } from "../../store/errors.ts";
import type { Subset } from "../../backup/store/verify-store-report.ts";
import type { VerifyOptions } from "../../backup/verify.ts";
import type { Config } from "../../config/schema.ts";
import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import { type ExitStatus, statusOfProof } from "../exit-status.ts";
import { CliError } from "../errors.ts";
import { printReport, write } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { withContext } from "../use-context.ts";

interface VerifyFlags extends ReadFlags, ConfigFlags {
  readonly level?: VerifyLevel;
  readonly subset?: string;
}

export const verifyCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        withReadFlags(
          commandOf({
            name: "verify",
            summary: "prove that an archive, or all of a store, is whole; of a damaged copy say what is left",
            examples: [
              "ocbak verify monday.ocbak",
              "ocbak verify - < monday.ocbak",
              "ocbak verify --level quick monday.ocbak",
              "ocbak verify /mnt/usb/backups --subset 30d",
            ],
            statuses: [3, 10, 12, 20, 21, 22, 23, 24, 27],
          })
            .argument(
              "<archive>",
              "the .ocbak file, - is stdin; or a store, by its folder or its name in the settings",
            )
            .addOption(
              new Option(
                "--level <level>",
                "quick: length and structure; intact: all that can be proved without the key; full: every file (default: full with a key, else intact)",
              ).choices(["quick", "intact", "full"]),
            ),
        ).option(
          "--subset <part>",
          "of a store: 30d reads what is due to have all read within 30 days; auto/30 a thirtieth, the longest unread first; 1/30 the first of thirty groups",
        ),
      ),
    ),
  act: verify,
};

async function verify(call: Call): Promise<ExitStatus> {
  const { io } = call;
  const flags = call.flags as VerifyFlags;
  const { archiveOrStdin, readOptions } = await import("../read-options.ts");
  const { isStorePath, verifyStoreAt } = await import("../verify-store.ts");
  const { archive, ...stdin } = archiveOrStdin(call.args[0], io);
  const subset = await parsedSubset(flags, archive);
  const options = {
    ...(await readOptions(flags, io)),
    ...stdin,
    ...(flags.level === undefined ? {} : { level: flags.level }),
  };
  if (subset !== undefined) {
    const { oneStore } = await import("../store-choice.ts");
    const { path } = oneStore(archive, await settingsOf(flags, io), io);
    return verifyStoreAt(path, { ...options, subset }, call);
  }
  // An empty one, as a variable that is not set gives it, is not the folder we are in.
  if (archive !== "-" && archive !== "" && (await isStorePath(archive, io)))
    return verifyStoreAt(resolve(io.cwd, archive), options, call);
  try {
    return await verifyOne(archive, options, call);
  } catch (error) {
    if (!isNoFile(error)) throw error;
    const store = await knownStore(archive, call);
    if (store !== undefined) return verifyStoreAt(store, options, call);
    throw (await noStore(resolve(io.cwd, archive), call)) ?? error;
  }
}

/** What a folder that is no store is told: its disk may not be mounted. Undefined for what is no folder. */
async function noStore(path: string, call: Call): Promise<StoreError | undefined> {
  const { openStore } = await import("../../backup/store/open-store.ts");
  try {
    await withContext(call, (context) => openStore(path, context));
    return undefined;
  } catch (error) {
    return error instanceof StoreError && error.code === "not-a-store" ? error : undefined;
  }
}

async function parsedSubset({ subset, level }: VerifyFlags, archive: string): Promise<Subset | undefined> {
  if (subset === undefined) return undefined;
  if (archive === "-") throw new CliError("usage", "--subset is for a store, not for what comes from stdin");
  if (level === "quick")
    throw new CliError(
      "usage",
      "--subset says what to read, and --level quick reads next to nothing: take one of them",
    );
  const { subsetOf } = await import("../subset-flag.ts");
  return subsetOf(subset);
}

function isNoFile(error: unknown): boolean {
  return error instanceof StoreError && (error.code === "not-found" || error.code === "not-a-file");
}

/** A store of the settings by its name. What is wrong with the settings is no matter of a file that is not there. */
async function knownStore(name: string, { flags, io }: Call): Promise<string | undefined> {
  const { stores } = await settingsOf(flags as ConfigFlags, io).catch((): Config => ({}));
  return stores?.find((store) => store.name === name)?.path;
}

async function verifyOne(archive: string, options: VerifyOptions, call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const { verifyArchive } = await import("../../backup/verify.ts");
  const { verifyFailure, verifyText } = await import("../render/verify-text.ts");
  const report: VerifyReport = await withContext(call, (context) => verifyArchive(archive, options, context));
  const status = statusOfProof(report.verdict, report.capture.complete);
  await printReport(io.stdout, voice, {
    json: report,
    text: () => verifyText(report),
    problems: status !== 0,
  });
  if (!voice.json) await write(io.stderr, verifyFailure(report));
  return status;
}
