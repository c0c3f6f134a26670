import { runDoctor } from "../../openclaw/doctor.ts";
import type { Context } from "../context.ts";
import { gatewayTarget } from "../gateway-stop.ts";
import type { RestoreReport } from "../restore-reports.ts";
import { restoredEnvironment } from "../restored-environment.ts";
import type { RestorePlan } from "../restore-plan.ts";

type Told = Pick<RestoreReport, "checks" | "doctor" | "warnings">;

/** What `openclaw doctor` says of the restored installation, run as its owner. */
export async function doctorCheck(plan: RestorePlan, context: Context): Promise<Told> {
  const { roots, owner } = plan;
  const { uid, gid, env, signal } = context;
  const home = owner.home ?? "/";
  const isOther = uid !== owner.uid || gid !== owner.gid;
  const places = restoredEnvironment(plan);
  const target = { ...gatewayTarget(roots, home), configFile: places["OPENCLAW_CONFIG_PATH"] ?? null };
  const run = await runDoctor(target, {
    // Of another user's environment only what every program needs: no secrets of root's.
    env: isOther
      ? { PATH: env["PATH"], LANG: env["LANG"], HOME: home, USER: owner.user ?? undefined, ...places }
      : { ...env, HOME: home, ...places },
    runAs: uid === 0 && isOther ? owner : undefined,
    signal,
  });
  if (run === undefined) {
    const warning = "openclaw doctor was not run: there is no openclaw on PATH";
    return { checks: [], doctor: null, warnings: [warning] };
  }
  const { status, output } = run;
  const detail =
    status === 0
      ? "openclaw doctor has nothing to say against it"
      : `openclaw doctor ended with ${status ?? "a signal"}`;
  return { checks: [{ name: "doctor", ok: status === 0, detail }], doctor: { status, output }, warnings: [] };
}
