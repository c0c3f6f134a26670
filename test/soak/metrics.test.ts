import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { installation } from "../support/recorded-runs.ts";
import { metricsOf } from "../support/status-metrics.ts";
import { hasTools } from "../support/tools.ts";

// Debian's package prometheus.
const promtool = hasTools("that Prometheus takes the metrics", ["promtool", "--version"]);

it.runIf(promtool)("Prometheus takes the metrics, whatever a state dir is called", async () => {
  const odd = ['/a"b', "/a\\b", "/a\nb", "/ü"].map((stateDir) => installation({ stateDir }));
  const text = await metricsOf(odd);
  expect(execFileSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })).toBe("");
});
