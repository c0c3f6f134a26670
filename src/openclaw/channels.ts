import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { isObject } from "./config.ts";

/** A channel that is set up, by the config or by a login among the credentials. */
export const Channel = z.object({
  name: z.string(),
  /** False where the config turns it off. */
  enabled: z.boolean(),
  /** Those that the config names, or `default`. Empty for a channel that only has logins. */
  accounts: z.array(z.string()),
  /** Accounts with a folder of their own among the credentials, as WhatsApp's. */
  logins: z.array(z.string()),
});
export type Channel = z.infer<typeof Channel>;

/** Settings beside the channels. */
const noChannel = new Set(["defaults", "modelByChannel"]);
/** Folders of the credentials dir that are no channel's. */
const noLogin = new Set(["auth-profiles"]);

/** By name. */
export function channelsOf(config: unknown, credentialsDir: string): Channel[] {
  const section = isObject(config) ? config["channels"] : undefined;
  const settings = Object.entries(isObject(section) ? section : {}).filter(
    ([name, value]) => isObject(value) && !noChannel.has(name),
  );
  const byName = new Map(settings.map(([name, value]) => [name, value as Record<string, unknown>]));
  const logins = new Map(
    foldersIn(credentialsDir).flatMap((name) => {
      const accounts = noLogin.has(name) ? [] : foldersIn(path.join(credentialsDir, name));
      return accounts.length === 0 ? [] : [[name, accounts]];
    }),
  );
  return [...new Set([...byName.keys(), ...logins.keys()])].toSorted().map((name) => {
    const setting = byName.get(name);
    return {
      name,
      enabled: setting?.["enabled"] !== false,
      accounts: setting === undefined ? [] : accountsOf(setting),
      logins: logins.get(name) ?? [],
    };
  });
}

function accountsOf({ accounts }: Record<string, unknown>): string[] {
  const names = isObject(accounts) ? Object.keys(accounts) : [];
  return names.length === 0 ? ["default"] : names.toSorted();
}

function foldersIn(dir: string): string[] {
  try {
    const entries = fs.readdirSync(dir, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
  } catch {
    return [];
  }
}
