import path from "node:path";
import { describe, expect, test } from "vitest";
import { SecretValues } from "../../src/openclaw/secret-values.ts";
import { locate, makeTree, type Tree } from "./home.ts";

async function valuesOf(tree: Tree, ...envFiles: string[]): Promise<string[]> {
  const home = await makeTree({ ".openclaw/openclaw.json": "{}", ...tree });
  const values = new SecretValues(locate(home));
  for (const file of envFiles) values.addEnvFile(path.join(home, file));
  return values.list().map(({ from, value }) => `${from} ${value}`);
}

const ofConfig = (config: unknown) => valuesOf({ ".openclaw/openclaw.json": JSON.stringify(config) });
const ofEnv = (text: string) => valuesOf({ ".openclaw/.env": text });

describe("values of the config", () => {
  test.each([
    ["token", { gateway: { auth: { token: "opensesame" } } }],
    ["password", { gateway: { auth: { password: "opensesame" } } }],
    ["botToken", { channels: { telegram: { accounts: { a: { botToken: "opensesame" } } } } }],
    ["apiKey", { models: { providers: { x: { apiKey: "opensesame" } } } }],
    ["signingSecret", { channels: { slack: { signingSecret: "opensesame" } } }],
    ["a header", { headers: { Authorization: "Bearer opensesame" } }],
    ["a list", { hooks: { tokens: ["opensesame"] } }],
    ["a variable", { env: { vars: { MY_API_KEY: "opensesame" } } }],
  ])("%s is a secret", async (_what, config) => {
    expect(await ofConfig(config)).toEqual(["config-value opensesame"]);
  });

  test.each([
    ["short", { token: "abc1234" }],
    ["a setting", { gateway: { auth: { mode: "password", tokenFile: "somewhere" } } }],
    ["a reference", { apiKey: "${OPENAI_API_KEY}", token: "OPENAI_API_KEY", password: "/run/secrets/x" }],
    ["a SecretRef", { apiKey: { source: "env", provider: "default", id: "OPENAI_API_KEY" } }],
    ["a number", { maxTokens: 400_000_000 }],
    ["a common word", { password: "changeme", secret: "aaaaaaaaaa" }],
    ["something else", { agents: { defaults: { model: "anthropic/claude-opus-4-6" } } }],
  ])("what is %s is none", async (_what, config) => {
    expect(await ofConfig(config)).toEqual([]);
  });

  test("those of included files count, and of files with keys", async () => {
    const values = await valuesOf({
      ".openclaw/openclaw.json": "{ $include: './more.json5' }",
      ".openclaw/more.json5": "{ gateway: { auth: { token: 'included-one' } } } // text",
      ".openclaw/credentials/github.json": '{ "token": "credential-one" }',
      ".openclaw/agents/main/agent/auth-profiles.json":
        '{ "profiles": { "a": { "type": "api_key", "key": "profile-one" } } }',
      ".openclaw/secrets.json": "{ broken",
    });
    expect(values).toEqual([
      "config-value included-one",
      "credential-value credential-one",
      "credential-value profile-one",
    ]);
  });
});

describe("values of .env files", () => {
  test.each([
    ["plain", "API_KEY=opensesame", "opensesame"],
    ["exported, quoted, with a comment", "  export X_TOKEN = 'open sesame' # mine", "open sesame"],
    ["over two lines", 'KEY="first-line-1234\nsecond-line-567"', "first-line-1234,second-line-567"],
    ["an address with a password", "DSN=redis://u:opensesame@host", "redis://u:opensesame@host,opensesame"],
    ["of an open name that looks random", "SOMETHING=a8f3k2m9x1q7z5b0", "a8f3k2m9x1q7z5b0"],
  ])("%s", async (_what, text, expected) => {
    expect((await ofEnv(text)).join(",").replaceAll("env-value ", "")).toBe(expected);
  });

  test("settings are none", async () => {
    const settings =
      "NODE_ENV=production\nPORT=18789\nOPENAI_MODEL=gpt-5.1-codex-max-2026\nHOME_DIR=/home/alex1/some/where\n";
    expect(
      await ofEnv(`${settings}BASE=https://api.example.org/v1/some-path\n# API_KEY=commented-out\n`),
    ).toEqual([]);
  });

  test("those of workspaces count, where they can be read", async () => {
    const tree = { "work/.env": "DB_PASSWORD=opensesame\n" };
    expect(await valuesOf(tree, "work/.env", "work/none")).toEqual(["env-value opensesame"]);
  });
});
