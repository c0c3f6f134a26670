import { describe, expect, it } from "vitest";
import { programFor } from "../../src/cli/program.ts";
import { type CreateFlags, optionsOf } from "../../src/cli/commands/create.ts";
import { placesOf, type RestoreFlags } from "../../src/cli/commands/restore.ts";
import { testCli } from "../support/cli.ts";

/** The flags of a command line as the command gets them. */
async function flagsOf<Flags>(...argv: string[]): Promise<Flags> {
  const [name, ...rest] = argv;
  const { commands } = await programFor(testCli({ home: "/" }).io, () => {}, name);
  const command = commands.find((one) => one.name() === name)!;
  await command.action(() => {}).parseAsync(rest, { from: "user" });
  return command.opts() as Flags;
}

describe("what create is told", () => {
  it("is to take workspaces and to verify unless a flag says otherwise", async () => {
    expect(optionsOf(await flagsOf<CreateFlags>("create"), {})).toMatchObject({
      workspace: true,
      verify: true,
    });
    const flags = await flagsOf<CreateFlags>("create", "--no-workspace", "--no-verify");
    expect(optionsOf(flags, {})).toMatchObject({ workspace: false, verify: false });
  });

  it("is every flag under the name of the use case, and no key material", async () => {
    const argv =
      "create -o out --profile work --state-dir s --seal-all --include a --include b --exclude c --stop-gateway --compression-level 7 --dry-run -r age1x -R file --signing-key k";
    const options = optionsOf(await flagsOf<CreateFlags>(...argv.split(" ")), {});
    expect(options).toMatchObject({
      output: "out",
      profile: "work",
      stateDir: "s",
      sealAll: true,
      include: ["a", "b"],
      exclude: ["c"],
      stopGateway: true,
      compressionLevel: 7,
      dryRun: true,
    });
    expect(Object.keys(options)).not.toEqual(
      expect.arrayContaining(["recipient", "recipientsFile", "signingKey"]),
    );
  });

  it("is what the settings say where no flag does", async () => {
    const settings = { sealAll: true, exclude: ["x"], include: ["y"], workspace: false, tags: ["nightly"] };
    const flags = await flagsOf<CreateFlags>("create", "--exclude", "z", "--tag", "before move");
    expect(optionsOf(flags, settings)).toMatchObject({
      sealAll: true,
      exclude: ["z"],
      include: ["y"],
      workspace: false,
      tags: ["before move"],
    });
  });
});

describe("what restore is told", () => {
  it.each([
    ["out", { path: "out" }],
    ["scout=out", { agent: "scout", path: "out" }],
    ["scout=a=b", { agent: "scout", path: "a=b" }],
    ["./a=b", { path: "./a=b" }],
    ["/srv/a=b", { path: "/srv/a=b" }],
  ])("of --workspace %s is the agent, if any, and the folder", async (value, expected) => {
    const flags = await flagsOf<RestoreFlags>("restore", "--workspace", value, "a.ocbak");
    expect(placesOf(flags)).toMatchObject({ workspaces: [expected] });
  });

  it.each(["", "scout="])("of --workspace %j is refused as usage", async (value) => {
    const flags = await flagsOf<RestoreFlags>("restore", "--workspace", value, "a.ocbak");
    expect(() => placesOf(flags)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("is every flag under the name of the use case, and no key material", async () => {
    const argv =
      "restore --owner alex:users --home h --state-dir s --profile p --replace --stop-gateway --allow-unproved --allow-outside-links --dry-run -i key a.ocbak";
    const places = placesOf(await flagsOf<RestoreFlags>(...argv.split(" ")));
    expect(places).toMatchObject({
      owner: "alex:users",
      home: "h",
      stateDir: "s",
      profile: "p",
      replace: true,
      stopGateway: true,
      allowUnproved: true,
      allowOutsideLinks: true,
      dryRun: true,
    });
    expect(places).not.toHaveProperty("identity");
  });
});
