import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withDir } from "tmp-promise";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const packageJson = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
  engines: { node: string };
};

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
  readonly meanwhile?: (child: ChildProcess) => void;
}

/** The real program in a process of its own, with a home of its own. */
async function ocbak(
  argv: readonly string[],
  { env, nodeFlags = [], meanwhile }: Options = {},
): Promise<Ended> {
  let ended: Ended | undefined;
  await withDir(
    async ({ path: home }) => {
      const child = spawn(process.execPath, [...nodeFlags, script, ...argv], {
        cwd: home,
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, ...env },
      });
      const output = { out: "", err: "" };
      child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output.err += chunk.toString()));
      meanwhile?.(child);
      const [code] = (await once(child, "close")) as [number | null];
      ended = { code, ...output };
    },
    { unsafeCleanup: true },
  );
  return ended!;
}

/** Node with another idea of its own version. */
function pretend(version: string): string[] {
  const code = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} })`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

describe("the program", () => {
  it("says the version of package.json", async () => {
    expect(await ocbak(["--version"])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: "" });
  });

  it("exits with what run says", async () => {
    expect((await ocbak(["verify"])).code).toBe(2);
  });

  it("runs on the versions of Node that package.json names", () => {
    expect(packageJson.engines.node).toBe(">=24.16.0 <25 || >=26.1.0");
  });

  it.each(["24.16.0", "24.99.1", "26.1.0", "26.10.0", "27.0.0"])("runs on Node %s", async (version) => {
    expect((await ocbak(["--version"], { nodeFlags: pretend(version) })).code).toBe(0);
  });

  it.each(["18.20.0", "20.20.2", "22.22.0", "24.15.9", "25.3.0", "26.0.9"])(
    "refuses Node %s in one clear line",
    async (version) => {
      const { code, out, err } = await ocbak(["--version"], { nodeFlags: pretend(version) });
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(
        new RegExp(`^ocbak: error: this is Node ${version}, and ocbak needs Node 24 [^\n]*\n$`),
      );
    },
  );

  it("imports nothing before it has looked at Node's version", () => {
    const code = readFileSync(script, "utf8");
    expect(code).not.toMatch(/^import\b/m);
    expect(code).not.toMatch(/^export .* from\b/m);
  });

  it.each([
    ["SIGINT", 130, "interrupted"],
    ["SIGTERM", 143, "terminated"],
  ] as const)("ends in order after %s", async (signal, expected, word) => {
    // The secret command says on stderr that it runs; then the signal comes.
    const { code, err } = await ocbak(["keygen", "--passphrase"], {
      env: { OCBAK_PASSPHRASE_COMMAND: "echo running >&2; sleep 20; true" },
      meanwhile: (child) => child.stderr!.once("data", () => child.kill(signal)),
    });
    expect(code).toBe(expected);
    expect(err).toBe(`running\nocbak: error: ${word}\n`);
  });

  it("ends without a word when nobody reads its output", async () => {
    const { code, err } = await ocbak(["keygen", "--quiet"], {
      meanwhile: (child) => child.stdout!.destroy(),
    });
    expect([code, err]).toEqual([1, ""]);
  });
});
