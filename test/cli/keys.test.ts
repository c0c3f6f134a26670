import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withDir } from "tmp-promise";
import { beforeAll, describe, expect, it } from "vitest";
import { resolveKeys, resolveSealing } from "../../src/cli/keys.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { sealIdentityFile } from "../../src/format/seal/sealed-identity-file.ts";
import { Secret } from "../../src/format/secret.ts";
import { testCli, type TestCli, type TestCliOptions } from "../support/cli.ts";

const names = ["default", "env", "flag", "other"] as const;
type Name = (typeof names)[number];
const keys = {} as Record<Name, { identity: string; recipient: string }>;

beforeAll(async () => {
  for (const name of names) {
    const { identity, recipient } = await generateIdentity("x25519");
    keys[name] = { identity: identity.reveal(), recipient };
  }
});

interface World extends Omit<TestCliOptions, "home"> {
  /** File name in the home → content. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A home with files, `$HOME` in the environment's values replaced by its path. */
async function inWorld(world: World, use: (cli: TestCli, home: string) => Promise<void>): Promise<void> {
  await withDir(
    async ({ path: home }) => {
      for (const [name, content] of Object.entries(world.files ?? {})) {
        await mkdir(join(home, name, ".."), { recursive: true });
        await writeFile(join(home, name), content, { mode: 0o600 });
      }
      const env = Object.entries(world.env ?? {}).map(([key, value]) => [key, value.replace("$HOME", home)]);
      await use(testCli({ ...world, home, env: Object.fromEntries(env) }), home);
    },
    { unsafeCleanup: true },
  );
}

const defaultFile = ".config/ocbak/identity.txt";
const fileOf = (name: Name): string => `# a test key\n${keys[name].identity}\n`;

const everyRecipient = () => ({
  files: {
    [defaultFile]: fileOf("default"),
    "env.txt": keys.env.recipient,
    "flag.txt": keys.flag.recipient,
  },
  env: { OCBAK_RECIPIENTS_FILE: "$HOME/env.txt" },
});

const everyIdentity = () => ({
  [defaultFile]: fileOf("default"),
  "env.txt": fileOf("env"),
  "flag.txt": fileOf("flag"),
  "other.txt": fileOf("other"),
});

describe("what create seals to", () => {
  it("is the recipients of the flags before those of the environment and the default identity", () =>
    inWorld(everyRecipient(), async ({ io }) => {
      const flags = { recipient: [keys.other.recipient], recipientsFile: ["flag.txt"] };
      expect(await resolveSealing(flags, {}, io)).toEqual({
        recipients: [keys.other.recipient, keys.flag.recipient],
      });
    }));

  it("is the recipients of OCBAK_RECIPIENTS_FILE before that of the default identity", () =>
    inWorld(everyRecipient(), async ({ io }) => {
      expect(await resolveSealing({}, {}, io)).toEqual({ recipients: [keys.env.recipient] });
    }));

  it("is the recipient of the default identity where nothing else is said", () =>
    inWorld({ files: { [defaultFile]: fileOf("default") } }, async ({ io }) => {
      expect(await resolveSealing({}, {}, io)).toEqual({ recipients: [keys.default.recipient] });
    }));

  it("is a passphrase of the environment before the default identity", () =>
    inWorld(
      {
        files: { [defaultFile]: fileOf("default"), pass: "from a file\n" },
        env: { OCBAK_PASSPHRASE_FILE: "$HOME/pass" },
      },
      async ({ io }) => {
        expect(secretIn(await resolveSealing({}, {}, io))).toBe("from a file");
      },
    ));

  it("is a passphrase typed twice with --passphrase", () =>
    inWorld({ typed: "correct horse\rcorrect horse\r" }, async (cli) => {
      expect(secretIn(await resolveSealing({ passphrase: true }, {}, cli.io))).toBe("correct horse");
      expect(cli.err()).not.toContain("horse");
    }));

  it("is what a passphrase command prints, without its last line end", () =>
    inWorld({ env: { OCBAK_PASSPHRASE_COMMAND: "echo '  kept as is '" } }, async ({ io }) => {
      expect(secretIn(await resolveSealing({ passphrase: true }, {}, io))).toBe("  kept as is ");
    }));

  it("is each recipient once", () =>
    inWorld({}, async ({ io }) => {
      const { recipient } = keys.flag;
      expect(await resolveSealing({ recipient: [recipient, recipient] }, {}, io)).toEqual({
        recipients: [recipient],
      });
    }));

  it.each([
    ["there is no recipient at all", {}, {}, "no-recipient"],
    ["recipients and a passphrase are named", { recipient: ["age1x"], passphrase: true }, {}, "usage"],
    ["a recipient is none", { recipient: ["age1nonsense"] }, {}, "bad-key"],
    ["a recipients file is missing", { recipientsFile: ["nowhere.txt"] }, {}, "key-file-unreadable"],
    ["a passphrase is asked for without a terminal", { passphrase: true }, {}, "no-terminal"],
    [
      "the passphrase file is empty",
      { passphrase: true },
      { files: { p: "\n" }, env: { OCBAK_PASSPHRASE_FILE: "$HOME/p" } },
      "usage",
    ],
    [
      "the passphrase file has two lines",
      { passphrase: true },
      { files: { p: "a\nb\n" }, env: { OCBAK_PASSPHRASE_FILE: "$HOME/p" } },
      "usage",
    ],
    [
      "the passphrase command fails",
      { passphrase: true },
      { env: { OCBAK_PASSPHRASE_COMMAND: "echo secret; exit 3" } },
      "secret-command-failed",
    ],
    ["a typed passphrase is empty", { passphrase: true }, { typed: "\r" }, "usage"],
  ] as const)("is refused where %s", (_where, flags, world, code) =>
    inWorld(world, async ({ io }) => {
      await expect(resolveSealing(flags, {}, io)).rejects.toMatchObject({ code });
    }),
  );

  it("is asked for again where the only identity is sealed, and refused without a terminal", async () => {
    const sealed = await sealIdentityFile(fileOf("default"), new Secret("pw"));
    await inWorld({ files: { [defaultFile]: sealed }, typed: "pw\r" }, async ({ io }) => {
      expect(await resolveSealing({}, {}, io)).toEqual({ recipients: [keys.default.recipient] });
    });
    await inWorld({ files: { [defaultFile]: sealed } }, async ({ io }) => {
      await expect(resolveSealing({}, {}, io)).rejects.toMatchObject({ code: "no-terminal" });
    });
  });
});

describe("what a reader opens an archive with", () => {
  it.each([
    [
      "-i, as often as given, before all else",
      ["flag.txt", "other.txt"],
      { OCBAK_IDENTITY_FILE: "$HOME/env.txt" },
      ["flag", "other"],
    ],
    [
      "OCBAK_IDENTITY_FILE before OCBAK_IDENTITY_COMMAND",
      [],
      { OCBAK_IDENTITY_FILE: "$HOME/env.txt", OCBAK_IDENTITY_COMMAND: "exit 1" },
      ["env"],
    ],
    [
      "OCBAK_IDENTITY_COMMAND before the default identity",
      [],
      { OCBAK_IDENTITY_COMMAND: "cat other.txt" },
      ["other"],
    ],
    ["the default identity where nothing else is said", [], {}, ["default"]],
  ] as const)("is %s", (_what, identity, env, expected) =>
    inWorld({ files: everyIdentity(), env }, async ({ io }) => {
      const resolved = await resolveKeys({ identity }, io);
      expect(resolved.identities.map((secret) => secret.reveal())).toEqual(
        expected.map((name) => keys[name].identity),
      );
    }),
  );

  it("is nothing where there is no key: that is no error", () =>
    inWorld({}, async (cli) => {
      expect(await resolveKeys({}, cli.io)).toEqual({ identities: [] });
      expect(cli.err()).toBe("");
    }));

  it("is no identity with --passphrase alone", () =>
    inWorld({ files: everyIdentity(), typed: "" }, async ({ io }) => {
      expect((await resolveKeys({ passphrase: true }, io)).identities).toEqual([]);
    }));

  it("is an identity file sealed with a passphrase, once the passphrase is typed", async () => {
    const sealed = await sealIdentityFile(fileOf("flag"), new Secret("pw"));
    await inWorld({ files: { "flag.age": sealed }, typed: "pw\r" }, async ({ io }) => {
      const { identities } = await resolveKeys({ identity: ["flag.age"] }, io);
      expect(identities.map((secret) => secret.reveal())).toEqual([keys.flag.identity]);
    });
    await inWorld({ files: { "flag.age": sealed }, typed: "wrong\r" }, async ({ io }) => {
      await expect(resolveKeys({ identity: ["flag.age"] }, io)).rejects.toMatchObject({ code: "no-key" });
    });
  });

  it("goes without a sealed default identity where nobody can be asked, and says so", async () => {
    const sealed = await sealIdentityFile(fileOf("default"), new Secret("pw"));
    await inWorld({ files: { [defaultFile]: sealed } }, async (cli) => {
      expect((await resolveKeys({}, cli.io)).identities).toEqual([]);
      expect(cli.err()).toMatch(/^ocbak: warning: going on without the identity file/);
    });
  });

  it("asks for an archive's passphrase only when the archive needs it, and once", () =>
    inWorld({ typed: "one\rtwo\r" }, async (cli) => {
      const resolved = await resolveKeys({ passphrase: true }, cli.io);
      expect(cli.err()).toBe("");
      const answers = [await resolved.passphrase!(), await resolved.passphrase!()];
      expect(answers.map((secret) => secret?.reveal())).toEqual(["one", "one"]);
    }));

  it.each([
    ["neither flag nor environment speaks of one, even on a terminal", {}, { typed: "pw\r" }, false],
    ["--passphrase says so", { passphrase: true }, { typed: "pw\r" }, true],
    ["the environment has one", {}, { env: { OCBAK_PASSPHRASE_COMMAND: "echo pw" } }, true],
  ] as const)("has a passphrase or none where %s", (_where, flags, world, expected) =>
    inWorld(world, async ({ io }) => {
      const { passphrase } = await resolveKeys(flags, io);
      expect((await passphrase?.())?.reveal()).toBe(expected ? "pw" : undefined);
    }),
  );

  it.each([
    ["--passphrase without a terminal", { passphrase: true }, {}, "no-terminal"],
    ["an identity file that is missing", { identity: ["nowhere.txt"] }, {}, "key-file-unreadable"],
    ["an identity file that is a directory", { identity: ["."] }, {}, "key-file-unreadable"],
    [
      "a recipient in place of an identity",
      { identity: ["r.txt"] },
      { files: { "r.txt": "age1abc\n" } },
      "bad-key",
    ],
  ] as const)("refuses %s", (_what, flags, world, code) =>
    inWorld(world, async ({ io }) => {
      await expect(resolveKeys(flags, io)).rejects.toMatchObject({ code });
    }),
  );

  it("warns of an identity file that others can read", () =>
    inWorld({ files: everyIdentity() }, async (cli, home) => {
      await chmod(join(home, "flag.txt"), 0o644);
      await resolveKeys({ identity: ["flag.txt"] }, cli.io);
      expect(cli.err()).toBe("ocbak: warning: others can read the identity file flag.txt; chmod 600 it\n");
    }));

  it("shows what a secret command says on stderr, never what it prints", () =>
    inWorld(
      { env: { OCBAK_IDENTITY_COMMAND: "echo AGE-SECRET-KEY-1XX; echo locked >&2; exit 1" } },
      async (cli) => {
        const failure = await resolveKeys({}, cli.io).catch((error: Error) => error.message);
        expect(failure).not.toContain("AGE-SECRET");
        expect(cli.err()).toBe("locked\n");
      },
    ));
});

function secretIn(sealing: Awaited<ReturnType<typeof resolveSealing>>): string | undefined {
  return "passphrase" in sealing ? sealing.passphrase.reveal() : undefined;
}
