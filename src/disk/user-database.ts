import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface UserRecord {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
  readonly home: string;
}

export interface GroupRecord {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Who exists on this machine. `key` is a name or a decimal number; a name wins where both fit. */
export interface UserDatabase {
  user(key: string): UserRecord | undefined;
  group(key: string): GroupRecord | undefined;
}

/** Names that may be handed to a program as an argument and looked up in a colon-separated file. */
const keyPattern = /^[^\s:/,-][^\s:/,]*$/;
const getentPlaces = ["/usr/bin/getent", "/bin/getent"];

/**
 * The system's own database: `getent` (also knows users from LDAP, systemd-homed …), else /etc/passwd and /etc/group
 * as files. The program is named by its absolute path: with `sudo`, PATH belongs to somebody else.
 */
export const systemUserDatabase: UserDatabase = {
  user: (key) => parseUser(lookUp("passwd", key)),
  group: (key) => parseGroup(lookUp("group", key)),
};

function lookUp(database: "passwd" | "group", key: string): string | undefined {
  if (!keyPattern.test(key)) return undefined;
  for (const program of getentPlaces) {
    try {
      return execFileSync(program, [database, key], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 30_000,
      }).trimEnd();
    } catch (error) {
      // status 2: getent ran and knows no such key. Anything else: no getent here, or a broken one.
      if ((error as { status?: unknown }).status === 2) return undefined;
    }
  }
  return findLine(readDatabase(`/etc/${database}`), key);
}

function readDatabase(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // A machine without the file knows nobody; the caller says so.
    return "";
  }
}

/** The line of a passwd or group file whose name, else whose number, is `key`. */
export function findLine(text: string, key: string): string | undefined {
  const lines = text.split("\n");
  const byName = lines.find((line) => line.startsWith(`${key}:`));
  return byName ?? lines.find((line) => line.split(":")[2] === key);
}

export function parseUser(line: string | undefined): UserRecord | undefined {
  const [name, , uid, gid, , home] = line?.split(":") ?? [];
  if (name === undefined || home === undefined || !isId(uid) || !isId(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

export function parseGroup(line: string | undefined): GroupRecord | undefined {
  const [name, , gid, members] = line?.split(":") ?? [];
  if (name === undefined || !isId(gid)) return undefined;
  return { name, gid: Number(gid), members: members?.split(",").filter((member) => member !== "") ?? [] };
}

/** A user or group number as the kernel takes it; the highest means "leave as it is" to chown. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 0xffff_ffff;
}
