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
 *   microsecond (half of all random microseconds came back one too early). A neighbouring double is taken where the
 *   nearest falls outside it. From the year 2242 on doubles are more than a microsecond apart.
 */
export function utimesArgument(mtime: Nanoseconds): string {
  const wanted = BigInt(mtime);
  const nearest = Number(decimalSeconds(wanted));
  if (Math.abs(nearest) > secondsMax) return String(Math.sign(nearest) * secondsMax);
  return String(inMicrosecond(nearest, floorDiv(wanted, 1000n)));
}

function inMicrosecond(nearest: number, wanted: bigint): number {
  let seconds = nearest;
  while (storedMicroseconds(seconds) < wanted) seconds = nextUp(seconds);
  const lower = -nextUp(-seconds);
  return storedMicroseconds(seconds) > wanted && storedMicroseconds(lower) >= wanted ? lower : seconds;
}

function decimalSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${sign}${magnitude / 1_000_000_000n}.${String(magnitude % 1_000_000_000n).padStart(9, "0")}`;
}

/** What libuv makes of a double of seconds (uv__fs_to_timespec): both parts cut towards zero. */
function storedMicroseconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  const nanoseconds = BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc((seconds - whole) * 1e9));
  return floorDiv(nanoseconds, 1000n);
}

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** The next double, though about a nanosecond on at least. */
function nextUp(value: number): number {
  double[0] = value;
  doubleBits[0]! += value < 0 ? -1n : 1n;
  return Math.max(double[0], value + 2 ** -30);
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
