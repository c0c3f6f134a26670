import type { Nanoseconds } from "../format/entry.ts";

/** Far beyond what a file system stores (they clamp), far within what the system call takes. */
const secondsMax = 1e15;

/**
 * A time of the index as an argument for `utimes` and its kin that keeps the microsecond.
 *
 * Found by running Node 24.21 and reading the times back with `lstat`:
 * - a negative *number* silently means now; a string does not, so the answer is always a string;
 * - a `Date` keeps milliseconds only;
 * - the value becomes a double of seconds, so today's times land within 240 ns, on either side of the wanted
 *   microsecond (half of all random microseconds came back one too early). The next double upwards is taken where
 *   the nearest falls below its microsecond.
 */
export function utimesArgument(mtime: Nanoseconds): string {
  const wanted = BigInt(mtime);
  const nearest = Number(decimalSeconds(wanted));
  if (Math.abs(nearest) > secondsMax) return String(Math.sign(nearest) * secondsMax);
  const microsecond = floorDiv(wanted, 1000n);
  let seconds = nearest;
  while (floorDiv(storedNanoseconds(seconds), 1000n) < microsecond) seconds = nextUp(seconds);
  return String(seconds);
}

function decimalSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${sign}${magnitude / 1_000_000_000n}.${String(magnitude % 1_000_000_000n).padStart(9, "0")}`;
}

/** What libuv makes of a double of seconds (uv__fs_to_timespec): both parts cut towards zero. */
function storedNanoseconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc((seconds - whole) * 1e9));
}

function nextUp(value: number): number {
  const step = Math.max(2 ** -30, 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 52));
  return value + step;
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
