import { StoreError, type StoreErrorCode } from "./errors.ts";

const translations: Readonly<Record<string, { code: StoreErrorCode; hint: string }>> = {
  ENOENT: { code: "not-found", hint: "check the path; directories are not created" },
  ENOTDIR: { code: "not-found", hint: "a part of the path is a file" },
  EEXIST: { code: "exists", hint: "nothing is ever overwritten: choose another name or remove it yourself" },
  EISDIR: { code: "not-a-file", hint: "name a file inside the directory" },
  EACCES: { code: "not-writable", hint: "check the permissions of the file and its directory" },
  EPERM: { code: "not-writable", hint: "check the permissions of the file and its directory" },
  EROFS: { code: "not-writable", hint: "the file system is mounted read-only" },
  ENOSPC: { code: "no-space", hint: "free some space there, or write to another disk" },
  EDQUOT: { code: "no-space", hint: "the disk quota is used up" },
  EFBIG: { code: "no-space", hint: "the file system or a limit does not allow files of this size" },
  ENAMETOOLONG: { code: "io", hint: "choose a shorter name" },
};

/** A system error as a {@link StoreError}; `doing` says what was being done to what. A StoreError passes unchanged. */
export function storeError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const system = systemCode(error);
  const known = system === undefined ? undefined : translations[system];
  const hint = known === undefined ? {} : { hint: known.hint };
  return new StoreError(known?.code ?? "io", `${doing} failed: ${system ?? String(error)}`, {
    cause: error,
    ...hint,
  });
}

export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}
