import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { effectiveSettings } from "../../src/config/effective.ts";
import { durationMs } from "../../src/config/duration.ts";
import { parseConfig, readConfig } from "../../src/config/read-config.ts";
import { Config, configJsonSchema } from "../../src/config/schema.ts";

/** A home with this text as its settings. */
async function homeWith(text: string): Promise<string> {
  const { path: home } = await dir({ unsafeCleanup: true });
  mkdirSync(join(home, ".config/ocbak"), { recursive: true });
  writeFileSync(join(home, ".config/ocbak/config.json"), text);
  return home;
}

const read = (home: string, env: Record<string, string> = {}, named?: string) =>
  readConfig(named, { env, cwd: home, osHomeDir: home, uid: 0 });

describe("the settings file", () => {
  it("need not be there where nobody named it", async () => {
    const { path } = await dir();
    expect(read(path)).toEqual({
      path: join(path, ".config/ocbak/config.json"),
      exists: false,
      settings: {},
    });
  });

  it.each([
    ["--config", {}, "missing.json"],
    ["OCBAK_CONFIG", { OCBAK_CONFIG: "missing.json" }, undefined],
  ])("must be there where %s names it", async (_what, env, named) => {
    const { path } = await dir();
    expect(() => read(path, env, named)).toThrow(expect.objectContaining({ code: "unreadable-config" }));
  });

  it("is looked for in XDG_CONFIG_HOME, unless that is relative", async () => {
    const home = await homeWith('{"sealAll":true}');
    expect(read("/nowhere", { XDG_CONFIG_HOME: join(home, ".config") }).settings).toEqual({ sealAll: true });
    expect(read(home, { XDG_CONFIG_HOME: ".config" }).settings).toEqual({ sealAll: true });
    expect(read(home, { XDG_CONFIG_HOME: join(home, "elsewhere") }).exists).toBe(false);
  });

  it("may begin paths with ~/", async () => {
    const home = await homeWith(
      '{"signingKey":"~/k","recipientsFiles":["~/r","/r"],"stores":[{"name":"a","path":"~/s"}],"notify":{"metricsFile":"~/m.prom"}}',
    );
    expect(read(home).settings).toEqual({
      signingKey: join(home, "k"),
      recipientsFiles: [join(home, "r"), "/r"],
      stores: [{ name: "a", path: join(home, "s") }],
      notify: { metricsFile: join(home, "m.prom") },
    });
  });

  it("of another user is no root's, unless root names it", async () => {
    const home = await homeWith("{}");
    const path = join(home, ".config/ocbak/config.json");
    chownSync(path, 65_534, 65_534);
    expect(() => read(home)).toThrow(expect.objectContaining({ code: "unreadable-config" }));
    expect(read(home, {}, path)).toMatchObject({ exists: true });
  });

  it("may begin with a byte order mark", () => {
    expect(parseConfig("\uFEFF{}", "c")).toEqual({});
  });

  it.each([
    ["{,}", /no JSON: .*line 1/],
    ["[]", /it is wrong: expected object/],
    ['{"recipient":["a"]}', /recipient is no setting, recipients is/],
    ['{"retention":{"keepdaily":3}}', /retention\.keepdaily is no setting, keepDaily is/],
    ['{"stores":[{"name":"a","path":"/x","fstype":"y"}]}', /stores\.0\.fstype is no setting/],
    ['{"zzzzzzzzzzzz":1}', /zzzzzzzzzzzz is no setting$/],
    ['{"stores":[{"name":"a","path":"x"}]}', /stores\.0\.path must be absolute/],
    ['{"stores":[{"name":"a","path":"/x"},{"name":"a","path":"/y"}]}', /stores names a twice/],
    ['{"stores":[{"name":"a","path":"/x"},{"name":"b","path":"/x"}]}', /stores names \/x twice/],
    ['{"stores":[{"name":"../a","path":"/x"}]}', /stores\.0\.name must be a short name/],
    ['{"maxAge":"36"}', /maxAge must be a number and m, h, d or w/],
    ['{"retention":{"keepWithin":""}}', /retention\.keepWithin must be a duration/],
    ['{"retention":{"keepWithin":"9999999d"}}', /retention\.keepWithin must be a duration/],
    ['{"retention":{"keepLast":0}}', /retention\.keepLast/],
    ['{"notify":{"fail":"file:///etc/passwd"}}', /notify\.fail must be an address/],
    ['{"profiles":[]}', /profiles/],
    ['{"compressionLevel":20}', /compressionLevel/],
  ])("%s is refused with the place and what to write", (text, message) => {
    expect(() => parseConfig(text, "c")).toThrow(
      expect.objectContaining({ code: "invalid-config", message: expect.stringMatching(message) }),
    );
  });

  it("has every wrong place named at once", () => {
    const text = '{"maxAge":"x","recipient":[],"compressionLevel":0}';
    expect(() => parseConfig(text, "c")).toThrow(/compressionLevel.*maxAge.*recipient/);
  });
});

const file = (settings: Config) => ({ path: "/c", exists: true, settings });

const one = (key: string, settings: Config, env: Record<string, string> = {}) =>
  effectiveSettings(file(settings), env).find((setting) => setting.key === key);

describe("a setting as it holds", () => {
  it("is of the environment before the file, and of the file before the default", () => {
    expect(one("signingKey", { signingKey: "/f" }, { OCBAK_SIGNING_KEY: "/e" })).toMatchObject({
      value: "/e",
      from: "environment",
    });
    expect(one("signingKey", { signingKey: "/f" }, { OCBAK_SIGNING_KEY: "" })).toMatchObject({
      value: "/f",
      from: "file",
    });
    expect(one("maxAge", {})).toMatchObject({ value: "36h", from: "default" });
  });

  it("is there for every key of the schema", () => {
    const keys = effectiveSettings(file({}), {}).map(({ key }) => key);
    expect(["$schema", ...keys]).toEqual(Object.keys(Config.shape));
  });

  it("does not show the command on failure, in which the token of a messenger may stand", () => {
    const command = "TOKEN=hunter2 curl https://api.telegram.example/bot12:hunter2/sendMessage";
    expect(one("notify", { notify: { onFailure: command } })).toMatchObject({ value: { onFailure: "…" } });
  });

  it("does not show the path of a ping, which is its password", () => {
    const shown = one("notify", { notify: { fail: "https://hc.example/secret-uuid", timeout: "5m" } });
    expect(shown?.value).toEqual({ fail: "https://hc.example/…", timeout: "5m" });
  });
});

describe("a duration", () => {
  it.each([
    ["90m", 5_400_000],
    ["36h", 129_600_000],
    ["1d", 86_400_000],
    ["2w", 1_209_600_000],
  ])("of %s is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(["", "h", "0h", "-1h", "1.5h", "1y", "1h30m", " 1h"])("is not %j", (text) => {
    expect(() => durationMs(text)).toThrow(RangeError);
  });
});

describe("docs/config.schema.json", () => {
  it("is the schema of the program (`ocbak config --schema`)", () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8"),
    );
    expect(published).toEqual(configJsonSchema());
  });
});
