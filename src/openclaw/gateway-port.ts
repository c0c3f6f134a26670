import type { OpenClawConfig } from "./config.ts";
import { type Environment, variable } from "./environment.ts";
import { parseProfile } from "./profile.ts";

const defaultPort = 18789;

/** OPENCLAW_GATEWAY_PORT (`port`, `host:port` or `[v6]:port`), then `gateway.port`, then the profile's own, then 18789. */
export function gatewayPort(config: OpenClawConfig, env: Environment): number {
  const fromEnv = /^(?:\[[^\]]+\]:|[^:]+:)?(\d+)$/.exec(variable(env, "OPENCLAW_GATEWAY_PORT") ?? "")?.[1];
  if (fromEnv !== undefined && isPort(Number(fromEnv))) return Number(fromEnv);
  const configured = config.gateway?.port;
  if (configured !== undefined && isPort(configured)) return configured;
  const profile = parseProfile(variable(env, "OPENCLAW_PROFILE") ?? "default", "OPENCLAW_PROFILE");
  return profile === null ? defaultPort : 20_000 + (fnv1a(profile) % 40_000);
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
