import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeMetricsFile } from "../../src/notify/metrics-file.ts";
import { openMetrics } from "../../src/notify/openmetrics.ts";
import { freshDir } from "../support/tree.ts";

describe("the text of metrics", () => {
  it("has help, type, labels in order, and an end", () => {
    const labels = { profile: "work", state_dir: "/s" };
    const gauge = { name: "ocbak_size_bytes", help: "How large.", samples: [{ labels, value: 2 ** 40 }] };
    const info = { name: "ocbak_info", help: "This program.", samples: [{ labels: {}, value: 1 }] };
    const empty = { name: "ocbak_none", help: "Nothing.", samples: [] };
    expect(openMetrics([gauge, info, empty])).toBe(
      [
        "# HELP ocbak_size_bytes How large.",
        "# TYPE ocbak_size_bytes gauge",
        'ocbak_size_bytes{profile="work",state_dir="/s"} 1099511627776',
        "# HELP ocbak_info This program.",
        "# TYPE ocbak_info gauge",
        "ocbak_info 1",
        "# EOF",
        "",
      ].join("\n"),
    );
  });

  it.each([
    ["a quotation mark", 'a"b', String.raw`a\"b`],
    ["a backslash", "a\\nb", String.raw`a\\nb`],
    ["a newline", "a\nb", String.raw`a\nb`],
    ["what is no Unicode", "a\ud800b", "a\ufffdb"],
    ["other languages", "Grüße", "Grüße"],
  ])("escapes %s in a label", (_what, value, text) => {
    const gauge = { name: "x", help: "x", samples: [{ labels: { state_dir: value }, value: 0 }] };
    expect(openMetrics([gauge])).toContain(`x{state_dir="${text}"} 0\n`);
  });
});

describe("the file of metrics", () => {
  it("is written in the place of the old one, readable for all, with nothing beside it", async () => {
    const dir = freshDir();
    const file = join(dir, "ocbak.prom");
    writeFileSync(file, "old", { mode: 0o600 });
    const before = statSync(file).ino;
    await writeMetricsFile(file, "# EOF\n");
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["# EOF\n", 0o644]);
    expect(statSync(file).ino).not.toBe(before);
    expect(readdirSync(dir)).toEqual(["ocbak.prom"]);
  });

  it.each([
    ["its folder is missing", (dir: string) => join(dir, "none/ocbak.prom")],
    [
      "a folder has its name",
      (dir: string) => {
        mkdirSync(join(dir, "ocbak.prom/in"), { recursive: true });
        return join(dir, "ocbak.prom");
      },
    ],
  ])("is refused where %s, and nothing is left", async (_what, make) => {
    const dir = freshDir();
    const file = make(dir);
    const before = readdirSync(dir);
    await expect(writeMetricsFile(file, "x")).rejects.toMatchObject({ code: "metrics-unwritable" });
    expect(readdirSync(dir)).toEqual(before);
  });

  it("is refused where the folder is not ours to write to", async () => {
    // Not root's either.
    await expect(writeMetricsFile("/sys/ocbak.prom", "x")).rejects.toMatchObject({
      code: "metrics-unwritable",
    });
  });
});
