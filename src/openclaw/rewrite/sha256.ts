import { createHash } from "node:crypto";

/** In hexadecimal, as OpenClaw has it in keys. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
