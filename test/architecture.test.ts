import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

/**
 * Who may import whom: an allow-list, because a deny-list of `node:fs` missed `node:fs/promises` when it was tried.
 * A folder may always import from itself.
 */
interface Allowed {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  readonly builtins: readonly string[];
}

const fs = ["node:fs", "node:fs/promises"];

const table: Readonly<Record<string, Allowed>> = {
  format: {
    folders: [],
    packages: ["zod", "age-encryption", "@scure/base"],
    builtins: ["node:crypto", "node:zlib", "node:buffer"],
  },
  // What several layers need: facts of the operating system, and the shape of their errors.
  system: { folders: [], packages: ["zod"], builtins: [...fs, "node:path", "node:crypto"] },
  openclaw: {
    folders: ["system", "format"],
    packages: ["zod", "json5", "picomatch"],
    builtins: [
      ...fs,
      "node:sqlite",
      "node:child_process",
      "node:crypto",
      "node:path",
      "node:os",
      "node:util",
      "node:url",
    ],
  },
  disk: {
    folders: ["system", "format"],
    packages: ["zod", "picomatch", "ignore"],
    builtins: [...fs, "node:sqlite", "node:crypto", "node:path", "node:os", "node:stream", "node:buffer"],
  },
  store: {
    folders: ["system", "format"],
    packages: ["zod"],
    builtins: [...fs, "node:crypto", "node:path", "node:stream", "node:buffer", "node:timers/promises"],
  },
  // What ran, how it ended, which archives were made and proved: node:sqlite.
  records: {
    folders: ["system", "format"],
    packages: ["zod"],
    builtins: ["node:fs", "node:sqlite", "node:path"],
  },
  // Metrics, pings and commands that tell others how a run went.
  notify: { folders: ["system"], packages: [], builtins: ["node:timers/promises"] },
  // Timers of the operating system.
  schedule: {
    folders: ["system", "format"],
    packages: ["zod"],
    builtins: [...fs, "node:path", "node:child_process", "node:crypto", "node:timers/promises", "node:util"],
  },
  // The settings of ocbak itself: config.json.
  config: { folders: ["system"], packages: ["zod", "leven"], builtins: ["node:fs", "node:path"] },
  backup: {
    folders: ["openclaw", "disk", "store", "records", "notify", "schedule", "system", "format"],
    packages: [
      "zod",
      "picomatch",
      "@secretlint/core",
      "@secretlint/profiler",
      "@secretlint/secretlint-rule-preset-recommend",
    ],
    builtins: ["node:path", "node:crypto", "node:buffer", "node:worker_threads", "node:os"],
  },
  cli: {
    // The middle folders only for their error classes; see the test below.
    folders: [
      "backup",
      "config",
      "openclaw",
      "disk",
      "store",
      "records",
      "notify",
      "schedule",
      "system",
      "format",
    ],
    packages: ["commander", "cli-progress"],
    builtins: ["node:path"],
  },
  // src/index.ts: the public API.
  "": { folders: ["backup", "openclaw", "disk", "store", "records", "format"], packages: [], builtins: [] },
};

/** What single files may import beyond their folder, and why. */
const exceptions: Readonly<
  Record<string, { readonly imports: readonly string[]; readonly because: string }>
> = {
  "openclaw/gateway-answer.ts": {
    imports: ["node:http"],
    because: "whether a gateway answers on its port of this machine can only be asked there",
  },
  "disk/user-database.ts": {
    imports: ["node:child_process"],
    because: "homes and groups of users come from getent: Node reads no user database",
  },
  "disk/extended-attributes.ts": {
    imports: ["node:child_process"],
    because: "extended attributes and ACLs are told by getfattr: Node reads none",
  },
  "disk/flush.ts": {
    imports: ["node:child_process"],
    because: "sync -f makes a whole file system durable at once: Node can only fsync file by file",
  },
  "notify/failure-command.ts": {
    imports: ["node:child_process"],
    because: "the command for failed runs is the user's own, from the settings file",
  },
  "cli/key-files.ts": {
    imports: ["node:fs/promises"],
    because: "keys are the command line's own business: no other layer knows where they lie",
  },
  "cli/secret-command.ts": {
    imports: ["node:child_process"],
    because:
      "OCBAK_*_COMMAND asks the user's own password manager; nothing in an archive ever selects a program",
  },
  "cli/process.ts": {
    imports: ["node:os"],
    because: "reads the facts of this process, once, into the context",
  },
  "cli/package-version.ts": {
    imports: ["node:fs"],
    because: "reads package.json, and prints the version with nothing else loaded",
  },
  "cli/heap.ts": {
    imports: ["node:v8", "node:vm"],
    because: "the sizes of the heap are set before anything else is loaded",
  },
  "cli/compile-cache.ts": {
    imports: ["node:fs", "node:module"],
    because: "enables the compile cache, if it is nobody else's, before anything else is loaded",
  },
};

/** Where the bare identifier `process` may stand, beside src/cli. */
const mayUseProcess: Readonly<Record<string, string>> = {
  "notify/failure-command.ts": "what the command started ends with it: only process.kill ends a group",
};

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Every node of a syntax tree, depth first. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (typeof value === "object" && value !== null) {
    if ("type" in value && typeof value.type === "string") yield value as Node;
    for (const child of Object.values(value)) yield* nodesOf(child);
  }
}

function treeOf(path: string, code: string): readonly Node[] {
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  return [...nodesOf(program)];
}

function literal(node: unknown): string | undefined {
  const { type, value, literal: inner } = (node ?? {}) as Node;
  if (type === "TSLiteralType") return literal(inner);
  return type === "Literal" && typeof value === "string" ? value : undefined;
}

/** The specifiers of every import, re-export, `import()`, `import type`, `typeof import()` and require; `?` where it is no literal. */
function importsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.type) {
      case "ImportDeclaration":
      case "ImportExpression":
      case "TSImportType":
        return [literal(node["source"] ?? node["argument"]) ?? "?"];
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        return node["source"] ? [literal(node["source"]) ?? "?"] : [];
      case "TSExternalModuleReference":
        return [literal(node["expression"]) ?? "?"];
      case "CallExpression":
        return isLoader(node["callee"]) ? [literal((node["arguments"] as unknown[])[0]) ?? "?"] : [];
      default:
        return [];
    }
  });
}

/** `require(…)`, `process.getBuiltinModule(…)`, `module.createRequire(…)`: ways around an import. */
function isLoader(callee: unknown): boolean {
  const { name, property } = callee as { name?: string; property?: { name?: string } };
  return ["require", "getBuiltinModule", "createRequire"].includes(name ?? property?.name ?? "");
}

/** `process` as a variable: not as the name of a property or a key. */
function usesProcess(nodes: readonly Node[]): boolean {
  const names = new Set(
    nodes.flatMap((node) =>
      node.type === "MemberExpression" || node.type === "Property" || node.type === "MethodDefinition"
        ? [node["computed"] === true ? undefined : (node["property"] ?? node["key"])]
        : [],
    ),
  );
  return nodes.some((node) => node.type === "Identifier" && node["name"] === "process" && !names.has(node));
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** The first folder below src of a relative import, "" for src itself; undefined for what leaves src. */
function folderOf(file: string, specifier: string): string | undefined {
  const { pathname } = new URL(specifier, `file:///src/${file}`);
  if (!pathname.startsWith("/src/")) return undefined;
  const parts = pathname.slice("/src/".length).split("/");
  return parts.length === 1 ? "" : parts[0]!;
}

function isAllowed(file: string, specifier: string): boolean {
  if (exceptions[file]?.imports.includes(specifier)) return true;
  const own = folderOf(file, "./x.ts")!;
  const allowed = table[own];
  if (allowed === undefined) return false;
  if (specifier.startsWith("node:")) return allowed.builtins.includes(specifier);
  if (!specifier.startsWith(".")) return allowed.packages.includes(packageOf(specifier));
  const target = folderOf(file, specifier);
  return (
    target !== undefined && specifier.endsWith(".ts") && (target === own || allowed.folders.includes(target))
  );
}

/** What a file imports and may not. */
function forbiddenImports(file: string, code: string): string[] {
  const nodes = treeOf(file, code);
  const forbidden = importsOf(nodes).filter((specifier) => !isAllowed(file, specifier));
  const process = usesProcess(nodes) && !file.startsWith("cli/") && mayUseProcess[file] === undefined;
  return process ? [...forbidden, "process"] : forbidden;
}

const root = new URL("../src/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
const codeOf = (file: string): string => readFileSync(new URL(file, root), "utf8");

describe("the direction of imports", () => {
  it.each(files)("%s imports only what its folder may", (file) => {
    expect(forbiddenImports(file, codeOf(file))).toEqual([]);
  });

  it("reaches past backup from cli only for errors, keys and the words of entries", () => {
    const format = ["bytes.ts", "entry.ts", "entry-path.ts", "secret.ts", "sshsig.ts", "seal/"].map(
      (name) => `format/${name}`,
    );
    const direct = files
      .filter((file) => file.startsWith("cli/"))
      .flatMap((file) =>
        importsOf(treeOf(file, codeOf(file))).map((specifier) => new URL(specifier, `file:///src/${file}`)),
      )
      .flatMap(({ protocol, pathname }) => (protocol === "file:" ? [pathname.replace("/src/", "")] : []))
      .filter(
        (path) =>
          !path.startsWith("cli/") &&
          !path.startsWith("backup/") &&
          !path.startsWith("config/") &&
          !path.startsWith("/"),
      )
      .filter((path) => !path.endsWith("/errors.ts") && !format.some((name) => path.startsWith(name)));
    expect(direct.filter((path) => path.includes("/"))).toEqual([]);
  });

  it("has no exception that nothing needs", () => {
    const needed = Object.entries(exceptions).flatMap(([file, { imports }]) =>
      imports.filter((specifier) => !importsOf(treeOf(file, codeOf(file))).includes(specifier)),
    );
    expect(needed).toEqual([]);
  });
});

describe("the check itself", () => {
  it.each([
    ["a static import", "format/a.ts", 'import { x } from "node:fs";', ["node:fs"]],
    [
      "the promises of a forbidden builtin",
      "format/a.ts",
      'import { x } from "node:fs/promises";',
      ["node:fs/promises"],
    ],
    ["an import for its effect", "store/a.ts", 'import "commander";', ["commander"]],
    ["a type import", "format/a.ts", 'import type { X } from "../disk/plan.ts";', ["../disk/plan.ts"]],
    ["a type in place", "format/a.ts", 'let x: import("../cli/run.ts").X;', ["../cli/run.ts"]],
    ["a re-export", "disk/a.ts", 'export * from "../openclaw/locate.ts";', ["../openclaw/locate.ts"]],
    [
      "a named re-export of a type",
      "disk/a.ts",
      'export type { X } from "../store/a.ts";',
      ["../store/a.ts"],
    ],
    ["a dynamic import", "backup/a.ts", 'const x = await import("../cli/run.ts");', ["../cli/run.ts"]],
    ["a computed import", "cli/a.ts", "const x = await import(`../backup/${name}.ts`);", ["?"]],
    ["a require", "format/a.ts", 'const x = require("fs");', ["fs"]],
    ["a builtin asked of the process", "cli/a.ts", 'process.getBuiltinModule("fs");', ["fs"]],
    ["a builtin without its prefix", "format/a.ts", 'import zlib from "zlib";', ["zlib"]],
    ["a package below its name", "disk/a.ts", 'import x from "commander/esm.mjs";', ["commander/esm.mjs"]],
    [
      "a way out of src",
      "cli/a.ts",
      'import x from "../../package.json" with { type: "json" };',
      ["../../package.json"],
    ],
    ["a folder nobody knows", "other/a.ts", 'import x from "zod";', ["zod"]],
    ["the process outside cli", "disk/a.ts", "const home = process.env;", ["process"]],
    [
      "an exception used by another file",
      "cli/keys.ts",
      'import { open } from "node:fs/promises";',
      ["node:fs/promises"],
    ],
  ])("catches %s", (_what, file, code, forbidden) => {
    expect(forbiddenImports(file, code)).toEqual(forbidden);
  });

  it.each([
    ["words in a comment or a string", "format/a.ts", '// import "node:fs"\nconst s = \'import "node:fs"\';'],
    [
      "what the table allows",
      "backup/a.ts",
      'import { x } from "../disk/scan.ts";\nimport type { Y } from "../format/entry.ts";',
    ],
    ["a property named process", "disk/a.ts", "const x = a.process; const y = { process: 1 };"],
    ["a part of an allowed package", "format/a.ts", 'import { z } from "zod/v4";'],
  ])("lets pass %s", (_what, file, code) => {
    expect(forbiddenImports(file, code)).toEqual([]);
  });
});
