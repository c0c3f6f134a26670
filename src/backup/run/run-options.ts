import type { Sealing } from "../../format/seal/header.ts";
import type { SigningKey } from "../../format/sshsig.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import type { RetentionPolicy } from "../../store/retention/policy.ts";
import type { CaptureChoices } from "../plan-capture.ts";
import type { ReadOptions } from "../read-options.ts";
import type { StoreSetting } from "../store/open-stores.ts";

/** The nightly job as it was configured. */
export interface RunOptions {
  /** Undefined: the installation of the environment. `default`: the profile without a name. */
  readonly profiles: "all" | readonly string[] | undefined;
  readonly capture: CaptureChoices & {
    readonly compressionLevel?: number;
    readonly tags?: readonly string[];
  };
  readonly sealing: Sealing;
  readonly signingKey?: SigningKey | undefined;
  /** The archive is written into the first that can be written to, and copied to the others. At least one. */
  readonly stores: readonly StoreSetting[];
  /** Undefined: nothing is removed. */
  readonly retention?: RetentionPolicy | undefined;
  /** How often, in ms, the newest archive is restored for proof; undefined: never. */
  readonly drillEveryMs?: number | undefined;
  /** All of every store is read within so many ms, a part in each run; undefined: never. */
  readonly readAllWithinMs?: number | undefined;
  readonly notify: NotifySettings;
  /** To open archives with, for drills; may be without any. */
  readonly read: ReadOptions;
}
