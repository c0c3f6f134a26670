import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withDir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { testCli } from "../support/cli.ts";

const inHome = (test: (home: string) => Promise<void>) => () =>
  withDir(({ path }) => test(path), { unsafeCleanup: true });

describe("ocbak keygen", () => {
  it(
    "writes the identity for its owner alone and prints the recipient",
    inHome(async (home) => {
      const cli = testCli({ home });
      expect(await run(["keygen"], cli.io)).toBe(0);
      const file = join(home, ".config/ocbak/identity.txt");
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(home, ".config/ocbak"))).mode & 0o777).toBe(0o700);
      expect(cli.out()).toMatch(/^age1[a-z0-9]{58}\n$/);
      const identity = await readFile(file, "utf8");
      expect(identity).toContain(`# public key: ${cli.out().trim()}`);
      expect(identity).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/m);
    }),
  );

  it(
    "never prints the identity, and says to keep a copy of it elsewhere",
    inHome(async (home) => {
      const cli = testCli({ home });
      await run(["keygen"], cli.io);
      expect(cli.out() + cli.err()).not.toContain("AGE-SECRET-KEY");
      expect(cli.err()).toContain("KEEP A COPY");
    }),
  );

  it(
    "honours XDG_CONFIG_HOME, and not a relative one",
    inHome(async (home) => {
      expect(await run(["keygen"], testCli({ home, env: { XDG_CONFIG_HOME: join(home, "xdg") } }).io)).toBe(
        0,
      );
      expect(await run(["keygen"], testCli({ home, env: { XDG_CONFIG_HOME: "xdg2" } }).io)).toBe(0);
      await stat(join(home, "xdg/ocbak/identity.txt"));
      await stat(join(home, ".config/ocbak/identity.txt"));
    }),
  );

  it.each(["an identity\n", ""])("never overwrites a file that holds %j", (content) =>
    withDir(
      async ({ path: home }) => {
        await writeFile(join(home, "key.txt"), content);
        const cli = testCli({ home });
        expect(await run(["keygen", "-o", "key.txt"], cli.io)).toBe(26);
        expect(await readFile(join(home, "key.txt"), "utf8")).toBe(content);
        expect(cli.out()).toBe("");
        expect(cli.err()).toContain("ocbak: hint: ocbak never overwrites a key");
      },
      { unsafeCleanup: true },
    ),
  );

  it(
    "makes a post-quantum key on request",
    inHome(async (home) => {
      const cli = testCli({ home });
      expect(await run(["keygen", "--post-quantum"], cli.io)).toBe(0);
      expect(cli.out()).toMatch(/^age1pq1/);
      expect(await readFile(join(home, ".config/ocbak/identity.txt"), "utf8")).toContain(
        "AGE-SECRET-KEY-PQ-1",
      );
    }),
  );

  it(
    "seals the identity with a passphrase typed twice, without showing it",
    inHome(async (home) => {
      const cli = testCli({ home, typed: "open sesame\ropen sesame\r" });
      expect(await run(["keygen", "--passphrase"], cli.io)).toBe(0);
      const file = await readFile(join(home, ".config/ocbak/identity.txt"), "utf8");
      expect(file).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
      expect(file).not.toContain("AGE-SECRET-KEY");
      expect(cli.out() + cli.err()).not.toContain("sesame");
      expect(cli.rawModes).toEqual([true, false, true, false]);
    }),
  );

  it(
    "writes nothing where the two passphrases differ",
    inHome(async (home) => {
      const cli = testCli({ home, typed: "one\rtwo\r" });
      expect(await run(["keygen", "--passphrase", "-o", "key.txt"], cli.io)).toBe(2);
      await expect(stat(join(home, "key.txt"))).rejects.toThrow("ENOENT");
    }),
  );

  it(
    "asks for no passphrase where stdin is no terminal",
    inHome(async (home) => {
      const cli = testCli({ home });
      expect(await run(["keygen", "--passphrase"], cli.io)).toBe(2);
      expect(cli.err()).toMatch(/^ocbak: error: cannot ask for .*\nocbak: hint: set OCBAK_PASSPHRASE_FILE/);
    }),
  );

  it(
    "gives scripts one JSON document, and nothing on stderr",
    inHome(async (home) => {
      const cli = testCli({ home });
      expect(await run(["keygen", "--json"], cli.io)).toBe(0);
      expect(JSON.parse(cli.out())).toEqual({
        identityFile: join(home, ".config/ocbak/identity.txt"),
        recipient: expect.stringMatching(/^age1/),
      });
      expect(cli.err()).toBe("");
    }),
  );

  it(
    "says so where it cannot write",
    inHome(async (home) => {
      await writeFile(join(home, "file"), "");
      expect(await run(["keygen", "-o", "file/key.txt"], testCli({ home }).io)).toBe(26);
    }),
  );
});
