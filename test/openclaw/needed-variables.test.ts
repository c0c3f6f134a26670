import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { variablesNamedBy } from "../../src/openclaw/needed-variables.ts";
import { type Asked, locateIn, makeTree } from "./home.ts";

describe("the variables that a config needs", () => {
  it.each([
    ["${NAME} in a text", { a: { b: "x ${ONE} y ${TWO}" } }, { ONE: ["a.b"], TWO: ["a.b"] }],
    ["none that is escaped", { a: "$${ONE}" }, {}],
    ["none in small letters, and no text with a dollar", { a: "${one} $5 $ {X}" }, {}],
    ["a secret's short form", { apiKey: "$ONE" }, { ONE: ["apiKey"] }],
    ["none where the short form is only part of a text", { a: "costs $ONE" }, {}],
    ["a secret's old forms", { a: "secretref-env:ONE", b: "__env__:TWO" }, { ONE: ["a"], TWO: ["b"] }],
    [
      "a secret from the environment",
      { token: { source: "env", provider: "default", id: "ONE" } },
      { ONE: ["token"] },
    ],
    ["none for a secret from elsewhere", { token: { source: "store", provider: "default", id: "ONE" } }, {}],
    [
      "what a secrets provider passes on, but for what every machine has",
      { secrets: { providers: { vault: { source: "exec", passEnv: ["PATH", "VAULT_ADDR"] } } } },
      { VAULT_ADDR: ["secrets.providers.vault.passEnv.*"] },
    ],
    [
      "a setting that holds the name",
      { plugins: { entries: { x: { apiKeyEnv: "ONE" } } } },
      { ONE: ["plugins.entries.x.apiKeyEnv"] },
    ],
    ["each once, with every setting", { a: ["${ONE}", "${ONE}"], b: "${ONE}" }, { ONE: ["a.*", "b"] }],
  ])("are %s", (_, config, expected) => {
    expect(Object.fromEntries(variablesNamedBy(config))).toEqual(expected);
  });
});

/** As OpenClaw 2026.9.6 keeps them. */
function plantAuthProfiles(file: string, profiles: Readonly<Record<string, object>>): void {
  const db = new DatabaseSync(file);
  db.exec(
    "CREATE TABLE auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT",
  );
  const store = JSON.stringify({ version: 1, profiles });
  db.prepare("INSERT INTO auth_profile_store VALUES ('primary', ?, 1)").run(store);
  db.close();
}

const needy = "{gateway: {auth: {token: '${ONE}'}}}";
const one = { name: "ONE", settings: ["gateway.auth.token"] };

describe("where a variable that a config needs stands", () => {
  const config = ".openclaw/openclaw.json";
  it.each<[string, Record<string, string>, Asked, { where: string; file: string | null }]>([
    [
      "the .env of the config dir",
      { [config]: needy, ".openclaw/.env": "ONE=1" },
      {},
      { where: "file", file: "~/.openclaw/.env" },
    ],
    [
      "gateway.env",
      { [config]: needy, ".config/openclaw/gateway.env": "export ONE='1'" },
      {},
      { where: "file", file: "~/.config/openclaw/gateway.env" },
    ],
    [
      "not gateway.env for a profile",
      { ".openclaw-work/openclaw.json": needy, ".config/openclaw/gateway.env": "ONE=1" },
      { profile: "work" },
      { where: "nowhere", file: null },
    ],
    [
      "env.vars of the config",
      { [config]: "{gateway: {auth: {token: '${ONE}'}}, env: {vars: {ONE: '1'}}}" },
      {},
      { where: "file", file: "~/.openclaw/openclaw.json" },
    ],
    [
      "env of the config, through an include",
      {
        [config]: "{gateway: {auth: {token: '${ONE}'}}, $include: './more.json'}",
        ".openclaw/more.json": "{env: {ONE: '1'}}",
      },
      {},
      { where: "file", file: "~/.openclaw/openclaw.json" },
    ],
    [
      "a file of the service",
      { [config]: needy, ".openclaw/gateway.systemd.env": "ONE=1" },
      { env: { ONE: "1" } },
      { where: "service", file: "~/.openclaw/gateway.systemd.env" },
    ],
    [
      "a .env here that no backup takes",
      { [config]: needy, ".env": "ONE=1" },
      {},
      { where: "file-outside", file: "~/.env" },
    ],
    ["the environment", { [config]: needy }, { env: { ONE: "1" } }, { where: "environment", file: null }],
    [
      "a file rather than the environment",
      { [config]: needy, ".openclaw/.env": "ONE=1" },
      { env: { ONE: "2" } },
      { where: "file", file: "~/.openclaw/.env" },
    ],
    [
      "nowhere, if it is blank",
      { [config]: needy, ".openclaw/.env": "ONE=" },
      { env: { ONE: " " } },
      { where: "nowhere", file: null },
    ],
  ])("is %s", async (_, tree, asked, expected) => {
    expect(locateIn(await makeTree(tree), asked).variables).toEqual([{ ...one, ...expected }]);
  });

  it("is asked of the auth profiles, too, where they lie in an agentDir", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{agents: {entries: {a: {agentDir: '~/ext'}}}}",
      ".openclaw/workspace/": "",
      "ext/": "",
    });
    plantAuthProfiles(path.join(home, "ext/openclaw-agent.sqlite"), {
      "openai:default": { type: "api_key", keyRef: { source: "env", provider: "default", id: "ONE" } },
      "other:default": { type: "api_key", key: "$NOT_A_NAME" },
    });
    const found = locateIn(home);
    const settings = ["auth-profiles.a.profiles.openai:default.keyRef"];
    expect(found.variables).toEqual([{ name: "ONE", settings, where: "nowhere", file: null }]);
    expect(found.warnings).toEqual([
      "the auth profiles need ONE, which is in no file that is backed up: set it on the new machine",
    ]);
  });

  it("is not known of auth profiles that cannot be read: a warning, which quotes nothing", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{}",
      ".openclaw/workspace/": "",
      ".openclaw/agents/main/agent/openclaw-agent.sqlite": "SQLite format 3\0 and no more",
    });
    expect(locateIn(home).warnings).toEqual([
      "the auth profiles of agent main in ~/.openclaw/agents/main/agent/openclaw-agent.sqlite cannot be read: variables that they need are not known",
    ]);
  });

  it("is not asked where the config is not read", async () => {
    const home = await makeTree({ ".openclaw/state/x": "" });
    expect(locateIn(home)).toMatchObject({ variables: null, channels: null });
  });
});

describe("a warning", () => {
  it.each([
    [
      "names what to set on the new machine",
      {},
      "the config needs ONE, TWO, which are in no file that is backed up: set them on the new machine",
    ],
    [
      "names the file that stays behind",
      { ".env": "ONE=1\nTWO=2" },
      "the config needs ONE, TWO, which are in ~/.env, which is not backed up: set them on the new machine",
    ],
    [
      "names the file that only a service reads",
      { ".openclaw/gateway.systemd.env": "ONE=1\nTWO=2" },
      "the config needs ONE, TWO, which are in ~/.openclaw/gateway.systemd.env alone, which the service of this machine reads: set them on the new machine",
    ],
  ])("%s", async (_, tree, expected) => {
    const home = await makeTree({ ".openclaw/openclaw.json": "{a: '${ONE}', b: '${TWO}'}", ...tree });
    expect(locateIn(home).warnings).toContain(expected);
  });

  it("is not given for what is backed up, and never tells a value", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json": "{a: '${ONE}', b: '${TWO}'}",
      ".openclaw/.env": "ONE=value-of-one",
    });
    const found = locateIn(home, { env: { TWO: "value-of-two" } });
    expect(found.warnings.join("\n")).not.toContain("ONE");
    expect(JSON.stringify(found)).not.toContain("value-of");
  });
});

it("names a .env here as outside", async () => {
  const home = await makeTree({ ".openclaw/openclaw.json": "{}", ".env": "X=1" });
  expect(locateIn(home).outside).toContainEqual({
    path: "~/.env",
    why: "variables, if OpenClaw is started in this folder",
  });
});
