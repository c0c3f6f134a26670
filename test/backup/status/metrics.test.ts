import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../../src/cli/run.ts";
import { testCli } from "../../support/cli.ts";
import { installation, record, recordsIn } from "../../support/recorded-runs.ts";
import { metricsOf } from "../../support/status-metrics.ts";
import { freshDir } from "../../support/tree.ts";

describe("the metrics of ocbak status", () => {
  it("are those that docs/watch.md lists, each with its labels", async () => {
    const page = readFileSync(new URL("../../../docs/watch.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| `(ocbak_\w+)` \| (?:`(\w+)`)? ?\|/gm)].map(([, name, label]) =>
      [name, ...(name === "ocbak_info" ? [] : ["profile", "state_dir"]), ...(label ? [label] : [])].join(" "),
    );
    const written = (await metricsOf([installation()])).matchAll(/^(ocbak_\w+)\{(.*)\} /gm);
    const found = [...written].map(([, name, labels]) =>
      [name, ...[...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label)].join(" "),
    );
    expect(new Set(found)).toEqual(new Set(documented));
  });

  it("tell of the installations of this host alone", async () => {
    const text = await metricsOf([installation({ host: "other", stateDir: "/elsewhere" }), installation()]);
    expect(text).toContain(
      'ocbak_last_success_timestamp_seconds{profile="default",state_dir="/home/u/.openclaw"} ',
    );
    expect(text).not.toContain("/elsewhere");
  });

  it("have zeros where nothing ever went well, so that one rule finds that, too", async () => {
    const home = freshDir();
    record(recordsIn(home), [{ hoursAgo: 1, outcome: "failed" }]);
    const file = join(home, "ocbak.prom");
    await run(["status", "-q", "--metrics-file", file], testCli({ home, uid: 1000 }).io);
    expect(readFileSync(file, "utf8")).toMatch(/^ocbak_last_success_timestamp_seconds\{[^}]*\} 0$/m);
  });
});
