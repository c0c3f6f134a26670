import { systemUserDatabase, type UserDatabase } from "./user-database.ts";

/** Names of owners as byte strings, "" where the system knows none. Asked once for each number. */
export class OwnerNames {
  readonly #users = new Map<number, string>();
  readonly #groups = new Map<number, string>();
  readonly #database: UserDatabase;

  constructor(database: UserDatabase = systemUserDatabase) {
    this.#database = database;
  }

  user(uid: number): string {
    return remember(this.#users, uid, () => {
      const record = this.#database.user(String(uid));
      return record?.uid === uid ? record.name : undefined;
    });
  }

  group(gid: number): string {
    return remember(this.#groups, gid, () => {
      const record = this.#database.group(String(gid));
      return record?.gid === gid ? record.name : undefined;
    });
  }
}

function remember(known: Map<number, string>, id: number, look: () => string | undefined): string {
  const name = known.get(id);
  if (name !== undefined) return name;
  const found = Buffer.from(look() ?? "", "utf8").toString("latin1");
  known.set(id, found);
  return found;
}
