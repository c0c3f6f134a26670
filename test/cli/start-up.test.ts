import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { withDir } from "tmp-promise";
import { afterAll, describe, expect, it } from "vitest";
import { programFor } from "../../src/cli/program.ts";
import { run } from "../../src/cli/run.ts";
import { everyCommand } from "../support/commands.ts";
import { testCli } from "../support/cli.ts";

const script = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const golden = new URL("../../fixtures/golden/one-recipient", import.meta.url);

/** Writes the address of every module that is loaded, of Node's own only those that other modules import. */
const hook = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  const urls = [];
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  process.on("exit", () => writeFileSync(process.env.LOADED, JSON.stringify(urls)));
`)}`;

/** Spares each process to strip the types of what another one has loaded, too. */
const cache = mkdtempSync(join(tmpdir(), "ocbak-start-up-"));
afterAll(() => rmSync(cache, { recursive: true }));

interface Loaded {
  readonly status: number | null;
  /** Below src. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
  readonly builtins: readonly string[];
}

/** What a call loads, in a process of its own, beside an archive `a.ocbak` and its key `key.txt`. */
async function loadedBy(argv: readonly string[]): Promise<Loaded> {
  const { result } = await withDir(
    async ({ path: home }) => {
      const { identity } = JSON.parse(readFileSync(`${golden.pathname}.json`, "utf8")) as {
        identity: string;
      };
      writeFileSync(join(home, "a.ocbak"), gunzipSync(readFileSync(`${golden.pathname}.ocbak.gz`)));
      writeFileSync(join(home, "key.txt"), `${identity}\n`, { mode: 0o600 });
      const list = join(home, "loaded.json");
      const { status } = spawnSync(process.execPath, ["--import", hook, script, ...argv], {
        cwd: home,
        env: { PATH: "/usr/bin:/bin", HOME: home, LOADED: list, NODE_COMPILE_CACHE: cache },
      });
      return { result: { status, ...sorted(JSON.parse(readFileSync(list, "utf8")) as string[]) } };
    },
    { unsafeCleanup: true },
  );
  return result;
}

function distinct(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

function sorted(urls: readonly string[]): Omit<Loaded, "status"> {
  return {
    files: distinct(urls.map((url) => /^.*?\/src\/(?!.*\/node_modules\/)(.*)$/.exec(url)?.[1])),
    packages: distinct(urls.map((url) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1])),
    builtins: distinct(urls.filter((url) => url.startsWith("node:"))),
  };
}

/** The layers below cli. Their error classes alone are no use of a layer. */
function layersOf(files: readonly string[]): string[] {
  const used = files.filter((file) => !file.startsWith("cli/") && !file.endsWith("/errors.ts"));
  return [...new Set(used.map((file) => file.replace(/\/.*/, "")))];
}

/** What takes long to load, or is a layer that few commands need. Each row says which of these its call loads. */
const heavyPackages = [
  "@secretlint/core",
  "age-encryption",
  "cli-progress",
  "commander",
  "ignore",
  "json5",
  "leven",
  "picomatch",
  "zod",
];
const heavyBuiltins = ["node:http", "node:sqlite", "node:worker_threads"];
const layers = ["openclaw", "disk", "store", "records", "notify", "schedule"];

function among(table: readonly string[], names: readonly string[]): string[] {
  return table.filter((name) => names.includes(name));
}

const key = "--identity key.txt";
const reading = ["commander", "zod"];

interface Row {
  readonly call: string;
  readonly status?: number;
  /** The one of src/cli/commands. */
  readonly command: string;
  readonly loads: readonly string[];
}

const rows: readonly Row[] = [
  { call: "ls --help", command: "ls", loads: ["commander"] },
  { call: `verify --level quick a.ocbak ${key}`, command: "verify", loads: [...reading, "store"] },
  { call: `ls a.ocbak ${key}`, command: "ls", loads: [...reading, "store"] },
  { call: `cat a.ocbak workspace.main/MEMORY.md ${key}`, command: "cat", loads: [...reading, "store"] },
  {
    call: "status",
    status: 5,
    command: "status",
    loads: ["commander", "leven", "zod", "node:sqlite", "records", "notify", "schedule"],
  },
];

describe("what is loaded", () => {
  it.each(["-V", "--version verify --nonsense"])(
    "is the version alone for %s, and it is said as ever",
    async (line) => {
      const argv = line.split(" ");
      const { status, ...loaded } = await loadedBy(argv);
      expect(loaded).toEqual({
        files: ["cli/main.ts", "cli/package-version.ts"],
        packages: [],
        builtins: [],
      });
      const cli = testCli({ home: "/" });
      expect([status, cli.err()]).toEqual([await run(argv, cli.io), ""]);
      expect(cli.out()).toBe("0.0.0-test\n");
    },
  );

  it.each(rows)("by $call is what it uses", async ({ call, status = 0, command, loads }) => {
    const loaded = await loadedBy(call.split(" "));
    expect({
      status: loaded.status,
      commands: loaded.files.filter((file) => file.startsWith("cli/commands/")),
      packages: among(heavyPackages, loaded.packages),
      builtins: among(heavyBuiltins, loaded.builtins),
      layers: among(layers, layersOf(loaded.files)),
    }).toEqual({
      status,
      commands: [`cli/commands/${command}.ts`],
      packages: among(heavyPackages, loads),
      builtins: among(heavyBuiltins, loads),
      layers: among(layers, loads),
    });
  });
});

const words = new Set((await everyCommand()).map(([words]) => words.replace(/ .*/, "")));

describe("a call", () => {
  it.each([...words])("of %s knows that command alone", async (word) => {
    const { commands } = await programFor(testCli({ home: "/" }).io, () => {}, word);
    expect(commands.map((command) => command.name())).toEqual([word]);
  });
});
