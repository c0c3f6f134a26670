import { BackupError, type BackupErrorCode } from "../backup/errors.ts";
import type { RefusedVerdict } from "../backup/reports.ts";
import { DiskError, type DiskErrorCode } from "../disk/errors.ts";
import { FormatError, type FormatErrorCode } from "../format/errors.ts";
import { OpenClawError, type OpenClawErrorCode } from "../openclaw/errors.ts";
import { StoreError, type StoreErrorCode } from "../store/errors.ts";
import { CodedError } from "../system/errors.ts";
import type { CliContext } from "./context.ts";
import { Interrupted } from "./errors.ts";

const doNotTrust = "do not restore this file; get the archive again from a source you trust";

/** What to do after a refusal, by the verdict it led to. */
export const hintOfVerdict = {
  partial:
    "`ocbak verify FILE` says what is here and what to copy again; `ocbak salvage` saves what is whole",
  damaged: "`ocbak verify FILE` says which bytes to copy again; `ocbak salvage` saves what is whole",
  unsafe: doNotTrust,
  unbound: doNotTrust,
  unsupported: "use the newest ocbak",
  "not-an-archive": "name the .ocbak file that `ocbak create` printed",
  stale: "a newer archive of this installation was seen before; use that one",
} as const satisfies Record<RefusedVerdict, string>;

const noKey =
  "name the identity with -i FILE or OCBAK_IDENTITY_FILE; for an archive sealed with a passphrase use --passphrase or OCBAK_PASSPHRASE_FILE";

const hintOfFormatError: Partial<Record<FormatErrorCode, string>> = {
  "no-key": noKey,
  "bad-key": "recipients begin with age1, identities with AGE-SECRET-KEY-; `ocbak keygen` makes both",
  "mixed-recipients": "seal to post-quantum recipients only, or to classic ones only",
  "no-signature": "leave out --require-signature to accept an archive that nobody signed",
  "bad-signature": doNotTrust,
};

const hintOfOpenClawError = {
  "no-installation": "name it with --state-dir DIR or --profile NAME; run as the user that runs OpenClaw",
  "unknown-profile": "the profiles of a user are the folders ~/.openclaw-NAME; `default` is ~/.openclaw",
  "bad-profile-name": "a profile name has letters, digits, - and _, at most 64",
  "bad-config": "`openclaw doctor` says what is wrong with the configuration",
  "gateway-command-failed":
    "stop the gateway yourself with `openclaw gateway stop`, then run again without --stop-gateway",
  "openclaw-older": "update OpenClaw here first; --allow-older-openclaw restores all the same",
  "gateway-running": "stop it with `openclaw gateway stop`, or add --stop-gateway",
} as const satisfies Record<OpenClawErrorCode, string>;

const hintOfDiskError = {
  "target-exists": "add --replace: what is there is put aside, never deleted",
  "target-unfit": "choose another place with --home, --state-dir or --workspace",
  "nothing-to-undo": "name the places as you did when you restored",
  locked: "wait until the other one is done, then try again",
  "owner-unknown": "`getent passwd` lists the users of this machine; make the user first",
  "owner-not-permitted": "restoring for another user needs root: sudo … --owner USER",
  "no-space": "free some space, or choose a place on another disk",
  collision: "this file system cannot tell these names apart; restore onto another one",
  "unsafe-ancestor": "a folder above the target belongs to somebody else or is a link; name the real one",
  "unsafe-link": "look at the links with `ocbak ls -l`; --allow-outside-links restores them all the same",
  "bad-pattern": "put the pattern in quotes: * and ? within a folder, ** across folders",
  "root-missing": "`openclaw doctor` says where OpenClaw expects its folders",
  "root-unreadable": "run as the user that runs OpenClaw",
  "database-unreadable": undefined,
  io: undefined,
} as const satisfies Record<DiskErrorCode, string | undefined>;

const hintOfStoreError = {
  "not-found": "check the path",
  exists: "ocbak never overwrites: name another file, or a directory",
  "not-a-file": "name the .ocbak file itself",
  "not-writable": "name a place you may write to with -o",
  "no-space": "free some space, or write to another disk with -o",
  "not-a-store": "`ocbak init DIR` makes a folder a store",
  "same-store": "leave one of the two out of `stores` in the settings",
  "newer-store": "use the newest ocbak",
  "damaged-store": "the archives are not touched by that; mend the file that is named, or move it away",
  locked: "wait until it is done; `ocbak unlock STORE` takes away what a killed process left",
  changed: "look at it with `ocbak archives`, then try again",
  io: undefined,
} as const satisfies Record<StoreErrorCode, string | undefined>;

const hintOfBackupError = {
  "no-recipient":
    "make a key once with `ocbak keygen`, or name a recipient with -r age1…, or use --passphrase",
  "output-inside-source": "write the archive elsewhere with -o: it would become part of the next backup",
  "not-self-verified":
    "the archive was not published; try again, and check the disk and the memory of this machine",
  "no-such-entry": "`ocbak ls ARCHIVE` lists what is in it",
  "not-a-file": "`ocbak extract ARCHIVE PATH -o DIR` takes folders",
  "sealed-without-key": noKey,
  "run-in-progress":
    "wait until it has ended; `ocbak status` shows it. Of one that was on another machine nobody can tell: it counts for a day",
  "copy-differs": "the copy was discarded; check the disk it was to go to",
  "bad-policy": "say what is to be kept, such as --keep-daily 7 --keep-weekly 5 --keep-monthly 12",
  "no-such-archive": "`ocbak archives STORE` lists them; an id needs at least its first four digits",
  "ambiguous-archive": "write more of the id, or the file name",
  "bad-tag": "a tag has no comma and nothing invisible, and at most 256 bytes",
  "tag-in-archive": "archives are never changed: only tags that `ocbak tag` added can be taken away",
  "older-than-seen": undefined,
} as const satisfies Record<BackupErrorCode, string | undefined>;

/** The hint that goes with an error: its own, else the one of its code. */
export function hintOf(error: unknown, io: CliContext): string | undefined {
  // sudo resets PATH, and the layers below know neither node nor ocbak: they write `sudo …`.
  return rawHintOf(error)?.replace("sudo …", `sudo ${io.program.node} ${io.program.script} restore …`);
}

function rawHintOf(error: unknown): string | undefined {
  if (error instanceof Interrupted) return undefined;
  if (error instanceof FormatError) {
    return (
      hintOfFormatError[error.code] ??
      (error.verdict === undefined ? undefined : hintOfVerdict[error.verdict])
    );
  }
  if (error instanceof CodedError) return error.hint ?? hintOfCode(error);
  if (isSystemError(error)) return undefined;
  return "this looks like a fault of ocbak itself; OCBAK_DEBUG=1 prints where it happened";
}

function hintOfCode(error: CodedError<string>): string | undefined {
  if (error instanceof OpenClawError) return hintOfOpenClawError[error.code];
  if (error instanceof DiskError) return hintOfDiskError[error.code];
  if (error instanceof StoreError) return hintOfStoreError[error.code];
  return error instanceof BackupError ? hintOfBackupError[error.code] : undefined;
}

/** What the operating system refused (`EACCES`, `ENOSPC` …) is nobody's bug. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "errno" in error;
}
