import { resolve } from "node:path";
import type { StoreSetting } from "../backup/store/open-stores.ts";
import type { Config } from "../config/schema.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";

/**
 * The stores that a command is for: one of the settings by its name, else a folder; without any all of the settings. An
 * empty name is refused: a variable of a script that is not set must not stand for all stores.
 */
export function chosenStores(
  named: unknown,
  { stores = [] }: Pick<Config, "stores">,
  { cwd }: Pick<CliContext, "cwd">,
): readonly StoreSetting[] {
  if (named === "") {
    throw new CliError("usage", "the store that is named is an empty text", {
      hint: "is a variable not set? leave the argument out to mean all stores of the settings",
    });
  }
  if (typeof named === "string") {
    const known = stores.find(({ name }) => name === named);
    return [known ?? { name: named, path: resolve(cwd, named) }];
  }
  if (stores.length > 0) return stores;
  throw new CliError("usage", "no store is named, and none stands in the settings", {
    hint: "name its folder, or set `stores` in config.json (docs/config.md)",
  });
}

/** The store of a command that is for one alone, and must be named. */
export function oneStore(
  named: unknown,
  settings: Pick<Config, "stores">,
  io: Pick<CliContext, "cwd">,
): StoreSetting {
  if (typeof named !== "string") throw new TypeError("the argument is required");
  return chosenStores(named, settings, io)[0]!;
}
