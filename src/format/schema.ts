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

/** A text of at most that many bytes of UTF-8. */
export function textOfAtMost(maxBytes: number): z.ZodString {
  // A char is at most three bytes: most texts need not be encoded to be measured.
  return z
    .string()
    .refine((text) => text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes, "too long");
}

/** Takes canonical JSON that must also fit a schema. Throws `bad-json` or `bad-schema`. */
export function parseJsonAs<T extends z.ZodType>(schema: T, bytes: Uint8Array, what: string): z.infer<T> {
  return checkSchema(schema, parseCanonical(bytes, what), what);
}

export function checkSchema<T extends z.ZodType>(schema: T, value: JsonValue, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  // No schema changes what it checks. Not zod's copy: it drops a key `__proto__` that a record may well have.
  if (result.success) return value as z.infer<T>;
  const issue = result.error.issues[0];
  const place = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
  throw new FormatError("bad-schema", `${what} does not fit the specification${place}: ${issue?.message}`);
}
