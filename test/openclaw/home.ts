import fs from "node:fs";
import path from "node:path";
import { dir } from "tmp-promise";
import { onTestFinished } from "vitest";
import type { Environment } from "../../src/openclaw/environment.ts";
import type { Installation } from "../../src/openclaw/installation.ts";
import { locateInstallation } from "../../src/openclaw/locate.ts";
import type { LocateRequest } from "../../src/openclaw/selection.ts";

/** Path → content of a file; a name ending in `/` is a directory, `{ link }` a symbolic link. */
export type Tree = Readonly<Record<string, string | { readonly link: string }>>;

/** A fresh real directory with a tree in it, gone when the test ends. `HOME` in contents and links becomes its path. */
export async function makeTree(tree: Tree): Promise<string> {
  const made = await dir({ unsafeCleanup: true, prefix: "ocbak-openclaw-" });
  onTestFinished(() => made.cleanup());
  const base = fs.realpathSync(made.path);
  for (const [name, content] of Object.entries(tree)) {
    const at = path.join(base, name);
    fs.mkdirSync(name.endsWith("/") ? at : path.dirname(at), { recursive: true });
    if (name.endsWith("/")) continue;
    if (typeof content === "string") fs.writeFileSync(at, content.replaceAll("HOME", base));
    else fs.symlinkSync(content.link.replaceAll("HOME", base), at);
  }
  return base;
}

export interface Asked extends LocateRequest {
  /** Variables besides HOME; `HOME` in their values becomes the home. */
  readonly env?: Environment;
}

/** Locates in a home, with that home written as `~` in all that comes back. */
export function locateIn(home: string, asked: Asked = {}): Installation {
  return JSON.parse(JSON.stringify(locate(home, asked)).replaceAll(home, "~")) as Installation;
}

export function locate(home: string, { env = {}, profile, stateDir }: Asked = {}): Installation {
  const request = {
    ...(profile === undefined ? {} : { profile }),
    ...(stateDir === undefined ? {} : { stateDir: stateDir.replaceAll("HOME", home) }),
  };
  const filled = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value?.replaceAll("HOME", home)]),
  );
  return locateInstallation(request, {
    env: { HOME: home, ...filled },
    osHomeDir: "/nonexistent",
    cwd: home,
  });
}
