import { expect, it } from "vitest";
import { compareVersions } from "../../src/openclaw/version-order.ts";

it.each([
  ["2026.9.6", "2026.9.6", 0],
  ["2026.9.6", "2026.10.1", -1],
  ["2026.9.10", "2026.9.9", 1],
  ["2025.12.31", "2026.1.1", -1],
  ["2026.9.6-beta.2", "2026.9.6", -1],
  ["2026.9.6-beta.2", "2026.9.6-beta.10", -1],
  ["2026.9.6-1", "2026.9.6", 1],
  ["2026.9.6-1", "2026.9.6-beta.3", 1],
  ["v2026.9.6", "2026.9.6", 0],
  ["unknown", "2026.9.6", 0],
])("OpenClaw %s against %s", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});
