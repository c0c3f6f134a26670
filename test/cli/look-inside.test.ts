import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withDir } from "tmp-promise";
import { beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { smallTrees, writeTestArchive } from "../support/archives.ts";
import { testCli, type TestCliOptions } from "../support/cli.ts";

let archive: Buffer;
let identity: string;

beforeAll(async () => {
  const key = await generateIdentity("x25519");
  identity = key.identity.reveal();
  ({ bytes: archive } = await writeTestArchive({ sealing: { recipients: [key.recipient] } }));
});

interface World extends Omit<TestCliOptions, "home"> {
  /** Without the key there is no identity file in its default place. */
  readonly key?: boolean;
}

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly home: string;
}

/** Runs one command in a home with `a.ocbak`, and with the key in its default place. */
async function ocbak(
  argv: readonly string[],
  { key = true, ...options }: World = {},
  look: (ended: Ended) => Promise<void> = () => Promise.resolve(),
): Promise<Ended> {
  let ended: Ended | undefined;
  await withDir(
    async ({ path: home }) => {
      await writeFile(join(home, "a.ocbak"), archive);
      await mkdir(join(home, ".config/ocbak"), { recursive: true });
      if (key) await writeFile(join(home, ".config/ocbak/identity.txt"), identity, { mode: 0o600 });
      const cli = testCli({ ...options, home });
      const status = await run(
        argv.map((arg) => arg.replace(/^\.\//, `${home}/`)),
        cli.io,
      );
      ended = { status, out: cli.out(), err: cli.err(), home };
      await look(ended);
    },
    { unsafeCleanup: true },
  );
  return ended!;
}

const plainPaths = Object.keys(smallTrees.plain);
const sealedPaths = Object.keys(smallTrees.sealed);

describe("ocbak ls", () => {
  it("lists every entry by the path that cat and extract take", async () => {
    const { status, out } = await ocbak(["ls", "./a.ocbak"]);
    expect(status).toBe(0);
    expect(out.trimEnd().split("\n").toSorted()).toEqual([...plainPaths, ...sealedPaths].toSorted());
  });

  it("lists without the key what is readable", async () => {
    const { status, out } = await ocbak(["ls", "./a.ocbak"], { key: false });
    expect(status).toBe(0);
    expect(out.trimEnd().split("\n").toSorted()).toEqual(plainPaths.toSorted());
  });

  it("lists a folder and what is below it", async () => {
    const { out } = await ocbak(["ls", "./a.ocbak", "workspace.main/memory"]);
    expect(out).toBe("workspace.main/memory\nworkspace.main/memory/2026-11-21.md\n");
  });

  it("gives scripts one JSON document", async () => {
    const { out } = await ocbak(["ls", "--json", "./a.ocbak", "state"]);
    const { entries } = JSON.parse(out) as { entries: { path: string; section: string }[] };
    expect(entries.map(({ path }) => path).toSorted()).toEqual(
      sealedPaths.filter((path) => path.startsWith("state")).toSorted(),
    );
    expect(new Set(entries.map(({ section }) => section))).toEqual(new Set(["sealed"]));
  });

  it("says with 10 where there is no such path", async () => {
    expect(await ocbak(["ls", "./a.ocbak", "workspace.main/nope"])).toMatchObject({ status: 10, out: "" });
  });
});

describe("ocbak cat", () => {
  it("prints one file, byte for byte, also with --quiet", async () => {
    for (const flags of [[], ["--quiet"]]) {
      const ended = await ocbak(["cat", ...flags, "./a.ocbak", "state/openclaw.json"]);
      expect(ended).toMatchObject({ status: 0, out: smallTrees.sealed["state/openclaw.json"], err: "" });
    }
  });

  it.each([
    ["a path there is none of", "state/nope", 10],
    ["a folder", "workspace.main/memory", 2],
  ])("refuses %s with its exit status, and prints nothing of it", async (_what, path, expected) => {
    const { status, out, err } = await ocbak(["cat", "./a.ocbak", path]);
    expect([status, out]).toEqual([expected, ""]);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: /);
  });

  it("names the missing key where there may be a sealed file of that name", async () => {
    const { status, out, err } = await ocbak(["cat", "./a.ocbak", "state/openclaw.json"], { key: false });
    expect(status).not.toBe(0);
    expect([out, err]).toEqual(["", expect.stringContaining("--identity")]);
  });
});

describe("ocbak extract", () => {
  it("takes folders with all below them into a fresh folder", () =>
    ocbak(["extract", "./a.ocbak", "workspace.main/memory", "-o", "out"], {}, async ({ status, home }) => {
      expect(status).toBe(0);
      const file = join(home, "out/workspace.main/memory/2026-11-21.md");
      expect(await readFile(file, "utf8")).toBe("rain\n");
    }));

  it("never writes into a folder that holds something", () =>
    ocbak(["extract", "./a.ocbak", "state", "-o", "."], {}, async ({ status, home }) => {
      expect(status).toBe(26);
      expect((await readdir(home)).toSorted()).toEqual([".config", "a.ocbak"]);
    }));
});

describe("ocbak inspect", () => {
  it("tells more with the key than without", async () => {
    expect((await ocbak(["inspect", "./a.ocbak"])).out).toContain("your key opens it");
    const keyless = await ocbak(["inspect", "./a.ocbak"], { key: false });
    expect(keyless).toMatchObject({ status: 0, out: expect.stringContaining("no key at hand opens it") });
  });

  it("is not silenced by --quiet: it is what was asked for", async () => {
    expect((await ocbak(["inspect", "--quiet", "./a.ocbak"])).out).toContain("made");
  });
});

describe("ocbak salvage", () => {
  it("saves all of a whole archive, and says what makes an installation of it", () =>
    ocbak(["salvage", "./a.ocbak", "-o", "saved"], {}, async ({ status, out, home }) => {
      expect(status).toBe(0);
      expect(out).toContain("`ocbak restore` makes a working installation");
      const file = join(home, "saved/workspace.main/MEMORY.md");
      expect(await readFile(file, "utf8")).toBe(smallTrees.plain["workspace.main/MEMORY.md"]);
    }));
});
