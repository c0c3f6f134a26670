import { statSync } from "node:fs";

import { DiskError } from "./errors.ts";
import { diskError, systemCode } from "./io-error.ts";
import { isId, systemUserDatabase, type UserDatabase, type UserRecord } from "./user-database.ts";

/** To whom restored files belong. */
export interface Owner {
  /** Null for a bare number without a name on this machine. */
  readonly user: string | null;
  readonly uid: number;
  readonly gid: number;
  readonly group: string | null;
  /** `--home` where given, else the one of the user database; null where neither tells. */
  readonly home: string | null;
}

export interface OwnerRequest {
  /** `USER[:GROUP]`, names or numbers. */
  readonly owner?: string | undefined;
  /** The home to restore into, absolute. */
  readonly home?: string | undefined;
  /** Effective user and group of this process. */
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process's home, used where the owner is the caller. */
  readonly osHomeDir?: string | undefined;
}

/**
 * Decides whose the restored files are: `owner`, else the owner of `home`, else the caller. Throws a DiskError
 * `owner-unknown` or `owner-not-permitted`, with a hint that is to be completed by the caller's own command.
 */
export function resolveOwner(request: OwnerRequest, users: UserDatabase = systemUserDatabase): Owner {
  const owner = wantedOwner(request, users);
  if (request.uid !== 0) assertOneself(owner, request, users);
  return owner;
}

function wantedOwner(request: OwnerRequest, users: UserDatabase): Owner {
  if (request.owner !== undefined) return namedOwner(request.owner, request, users);
  if (request.home !== undefined) {
    const found = ownerOfHome(request.home, request, users);
    if (found !== undefined) return found;
  }
  const sudoUser = request.env["SUDO_USER"];
  if (request.uid === 0 && request.home === undefined && sudoUser && sudoUser !== "root") {
    throw new DiskError("owner-not-permitted", "it is not said whose the restored files shall be", {
      hint: `--owner ${sudoUser}`,
    });
  }
  return caller(request, users);
}

function caller(request: OwnerRequest, users: UserDatabase): Owner {
  const record = users.user(String(request.uid));
  const home = request.home ?? request.osHomeDir ?? record?.home ?? null;
  return complete({ uid: request.uid, gid: request.gid, record, home }, users);
}

function namedOwner(text: string, request: OwnerRequest, users: UserDatabase): Owner {
  const [userKey = "", groupKey, ...rest] = text.split(":");
  const record = users.user(userKey);
  if (rest.length > 0 || (record === undefined && !isId(userKey))) {
    throw new DiskError("owner-unknown", `no user ${JSON.stringify(userKey)} on this machine`, {
      hint: "--owner USER[:GROUP] takes a user of this machine (getent passwd), or numbers as UID:GID",
    });
  }
  const gid = groupKey ? groupId(groupKey, users) : record?.gid;
  if (gid === undefined) {
    throw new DiskError(
      "owner-unknown",
      `user ${userKey} has no entry on this machine, so no primary group`,
      {
        hint: `--owner ${userKey}:GROUP`,
      },
    );
  }
  const home = request.home ?? record?.home ?? null;
  return complete({ uid: record?.uid ?? Number(userKey), gid, record, home }, users);
}

function groupId(key: string, users: UserDatabase): number {
  const record = users.group(key);
  if (record !== undefined) return record.gid;
  if (isId(key)) return Number(key);
  throw new DiskError("owner-unknown", `no group ${JSON.stringify(key)} on this machine`, {
    hint: "--owner USER alone takes the user's primary group",
  });
}

/** The owner of an existing home. Undefined where it does not exist and the caller may make it for itself. */
function ownerOfHome(home: string, request: OwnerRequest, users: UserDatabase): Owner | undefined {
  try {
    const stat = statSync(home);
    const record = users.user(String(stat.uid));
    return complete({ uid: stat.uid, gid: record?.gid ?? stat.gid, record, home }, users);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw diskError(error, `looking at ${home}`);
    if (request.uid !== 0) return undefined;
    throw new DiskError("owner-unknown", `${home} does not exist, so it has no owner`, {
      hint: `--owner USER --home ${home}`,
    });
  }
}

interface Found {
  readonly uid: number;
  readonly gid: number;
  readonly record: UserRecord | undefined;
  readonly home: string | null;
}

function complete({ uid, gid, record, home }: Found, users: UserDatabase): Owner {
  return { user: record?.name ?? null, uid, gid, group: users.group(String(gid))?.name ?? null, home };
}

/** Without root one restores for oneself, with one's own group or one that the group database grants. */
function assertOneself(owner: Owner, request: OwnerRequest, users: UserDatabase): void {
  const name = owner.user ?? String(owner.uid);
  if (owner.uid !== request.uid) {
    throw new DiskError("owner-not-permitted", `only root may restore for another user (${name})`, {
      hint: `run it as root: sudo … --owner ${name}`,
    });
  }
  if (owner.gid === request.gid) return;
  const record = users.user(String(owner.uid));
  if (owner.gid === record?.gid) return;
  const members = users.group(String(owner.gid))?.members ?? [];
  if (owner.user !== null && members.includes(owner.user)) return;
  throw new DiskError("owner-not-permitted", `${name} is not a member of group ${owner.group ?? owner.gid}`, {
    hint: `run it as root: sudo … --owner ${name}:${owner.group ?? owner.gid}`,
  });
}
