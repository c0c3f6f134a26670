import { BackupError, type BackupErrorCode } from "../backup/errors.ts";
import { ConfigError, type ConfigErrorCode } from "../config/errors.ts";
import { DiskError, type DiskErrorCode } from "../disk/errors.ts";
import { FormatError, type FormatErrorCode } from "../format/errors.ts";
import { OpenClawError, type OpenClawErrorCode } from "../openclaw/errors.ts";
import { NotifyError } from "../notify/errors.ts";
import { RecordsError, type RecordsErrorCode } from "../records/errors.ts";
import { ScheduleError, type ScheduleErrorCode } from "../schedule/errors.ts";
import { StoreError, type StoreErrorCode } from "../store/errors.ts";
import { CliError, type CliErrorCode, Interrupted } from "./errors.ts";
import type { ExitStatus } from "./exit-status.ts";

const statusOfFormatError = {
  "not-an-archive": 27,
  "newer-format": 24,
  "unknown-critical": 24,
  truncated: 21,
  "part-missing": 21,
  "bad-header": 20,
  "bad-member": 20,
  "bad-json": 20,
  "bad-schema": 20,
  "digest-mismatch": 20,
  "bad-age-header": 20,
  "bad-chunk": 20,
  "bad-frame": 20,
  "bad-seek-table": 20,
  "bad-tar": 20,
  "bad-index": 20,
  "trailing-data": 20,
  "unsafe-path": 22,
  "unsafe-link": 22,
  "duplicate-path": 22,
  "limit-exceeded": 22,
  unbound: 23,
  "bad-signature": 23,
  "no-signature": 23,
  "no-key": 12,
  "bad-key": 2,
  "mixed-recipients": 2,
} as const satisfies Record<FormatErrorCode, ExitStatus>;

const statusOfOpenClawError = {
  "no-installation": 10,
  "unknown-profile": 10,
  "bad-profile-name": 2,
  "bad-config": 1,
  "gateway-command-failed": 1,
  "gateway-running": 26,
  "openclaw-older": 26,
} as const satisfies Record<OpenClawErrorCode, ExitStatus>;

const statusOfDiskError = {
  "target-exists": 26,
  "target-unfit": 26,
  locked: 11,
  "nothing-to-undo": 10,
  "owner-unknown": 26,
  "owner-not-permitted": 26,
  "no-space": 26,
  collision: 26,
  "unsafe-ancestor": 26,
  "unsafe-link": 22,
  "bad-pattern": 2,
  "root-missing": 10,
  "root-unreadable": 1,
  "database-unreadable": 1,
  io: 1,
} as const satisfies Record<DiskErrorCode, ExitStatus>;

const statusOfStoreError = {
  "not-found": 10,
  exists: 26,
  "not-a-file": 27,
  "not-writable": 26,
  "no-space": 26,
  "not-a-store": 10,
  "same-store": 1,
  "newer-store": 24,
  "damaged-store": 20,
  locked: 11,
  changed: 1,
  io: 1,
} as const satisfies Record<StoreErrorCode, ExitStatus>;

const statusOfBackupError = {
  "no-recipient": 2,
  "output-inside-source": 26,
  "not-self-verified": 1,
  "no-such-entry": 10,
  "not-a-file": 2,
  "sealed-without-key": 12,
  "older-than-seen": 28,
  "run-in-progress": 11,
  "copy-differs": 1,
  "bad-policy": 2,
  "no-such-archive": 10,
  "ambiguous-archive": 2,
  "bad-tag": 2,
  "tag-in-archive": 26,
} as const satisfies Record<BackupErrorCode, ExitStatus>;

const statusOfRecordsError = {
  "newer-records": 24,
  "damaged-records": 20,
  "records-busy": 11,
  "records-unusable": 1,
  "nothing-recorded": 10,
} as const satisfies Record<RecordsErrorCode, ExitStatus>;

const statusOfConfigError = {
  "unreadable-config": 2,
  "invalid-config": 2,
} as const satisfies Record<ConfigErrorCode, ExitStatus>;

const statusOfScheduleError = {
  "bad-time": 2,
  "bad-job": 1,
  "no-scheduler": 1,
  "not-scheduled": 10,
  running: 11,
  "foreign-file": 26,
  "command-failed": 1,
  io: 1,
} as const satisfies Record<ScheduleErrorCode, ExitStatus>;

const statusOfCliError = {
  usage: 2,
  "no-terminal": 2,
  "binary-to-terminal": 2,
  "key-file-unreadable": 2,
  "key-file-exists": 26,
  "key-file-unwritable": 26,
  "secret-command-failed": 1,
  "output-closed": 1,
} as const satisfies Record<CliErrorCode, ExitStatus>;

/** What a run that ended in `error` exits with. Unknown errors are failures. */
export function statusOfError(error: unknown): ExitStatus {
  if (error instanceof FormatError) return statusOfFormatError[error.code];
  if (error instanceof OpenClawError) return statusOfOpenClawError[error.code];
  if (error instanceof DiskError) return statusOfDiskError[error.code];
  if (error instanceof StoreError) return statusOfStoreError[error.code];
  if (error instanceof BackupError) return statusOfBackupError[error.code];
  if (error instanceof RecordsError) return statusOfRecordsError[error.code];
  if (error instanceof NotifyError) return 1;
  if (error instanceof ConfigError) return statusOfConfigError[error.code];
  if (error instanceof ScheduleError) return statusOfScheduleError[error.code];
  if (error instanceof CliError) return statusOfCliError[error.code];
  if (error instanceof Interrupted) return error.signalName === "SIGINT" ? 130 : 143;
  return 1;
}
