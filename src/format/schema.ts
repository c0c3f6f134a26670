import { z } from "zod";
import { type JsonValue, parseCanonical } from "./canonical-json.ts";
import { FormatError } from "./errors.ts";

/** 64 lower-case hex digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** 15 random bytes as 30 lower-case hex digits: what fits the NUL-terminated owner field of an outer header. */
export const ArchiveId = z
  .string()
  .regex(/^[0-9a-f]{30}$/)
  .brand("ArchiveId");
export type ArchiveId = z.infer<typeof ArchiveId>;
/** A number of bytes, of entries, of segments. */
export const Count = z.int().nonnegative();

/** Takes canonical JSON that must also fit a schema. Throws `bad-json` or `bad-schema`. */
export function parseJsonAs<T extends z.ZodType>(schema: T, bytes: Uint8Array, what: string): z.infer<T> {
  return checkSchema(schema, parseCanonical(bytes, what), what);
}

export function checkSchema<T extends z.ZodType>(schema: T, value: JsonValue, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
  throw new FormatError("bad-schema", `${what} does not fit the specification${place}: ${issue?.message}`);
}
