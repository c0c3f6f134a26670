import fs from "node:fs";
import { z } from "zod";
import { openStateDatabase } from "./state-database.ts";

/** Who the state database says runs the gateway. A killed gateway leaves its row for up to 300 s. */
export interface GatewayLease {
  readonly host: string;
  readonly pid: number;
  readonly expiresAt: number;
}

const Payload = z.looseObject({ owner: z.looseObject({ host: z.string(), pid: z.number() }) });
const Row = z.object({ expires_at: z.number(), payload_json: z.string() });

/**
 * The row `gateway-owner/global` of `state/openclaw.sqlite` (infra/gateway-owner-lease of 2026.9.6), `null` without
 * one. Throws where the database cannot be read.
 */
export function readGatewayLease(database: string): GatewayLease | null {
  if (!fs.existsSync(database)) return null;
  const db = openStateDatabase(database);
  try {
    if (db.prepare("select 1 from sqlite_schema where name = 'state_leases'").get() === undefined)
      return null;
    const query =
      "select expires_at, payload_json from state_leases where scope = 'gateway-owner' and lease_key = 'global'";
    const row = db.prepare(query).get();
    if (row === undefined) return null;
    const { expires_at: expiresAt, payload_json: payload } = Row.parse(row);
    return { ...Payload.parse(JSON.parse(payload)).owner, expiresAt };
  } finally {
    db.close();
  }
}
