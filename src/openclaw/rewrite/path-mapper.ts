import type { PathMove } from "../target.ts";

/** A text that named an old place: the new one is `head + tail`, and `tail` stands at the end of the old text, too. */
export interface Mapped {
  readonly head: string;
  readonly tail: string;
  readonly move: PathMove;
}

/**
 * Maps texts that are paths below old places. The longest place counts; borders are those of components, so `/home/al` is
 * not above `/home/alice`. Windows paths (`C:\Users\x`) are met with either slash and in any case, and get the target's
 * separator. `file:` URLs go along. Undefined: the text names no old place, or one that stays where it is.
 */
export interface PathMapper {
  readonly moves: readonly PathMove[];
  readonly map: (text: string) => Mapped | undefined;
  /** The same as a text; the text itself where nothing is to be done. */
  readonly moved: (text: string) => string;
  /** Whether it is or lies in a place that stays where it was. */
  readonly stays: (text: string) => boolean;
  /** Whether it is or lies in an old place, and in no new one: with A moved to B and B to C, what is in B may be either. */
  readonly isOld: (path: string) => boolean;
  /** The first old place that stands anywhere in a longer text and is no new one. */
  readonly find: (text: string) => string | undefined;
  /** Texts of which one stands in whatever names an old place: for a first look, in plain text, in JSON and in URLs. */
  readonly needles: readonly string[];
}

export function pathMapper(moves: readonly PathMove[]): PathMapper {
  const sorted = moves
    .map(({ from, to }) => ({ from: withoutSlash(from), to: withoutSlash(to) }))
    .filter(({ from }) => !isTop(from))
    .toSorted((a, b) => b.from.length - a.from.length);
  const active = sorted.filter(({ from, to }) => from !== to);
  const map = (text: string): Mapped | undefined =>
    /^file:/i.test(text) ? mapUrl(text, sorted) : mapPath(text, sorted);
  const moved = (text: string): string => {
    const mapped = map(text);
    return mapped === undefined ? text : mapped.head + mapped.tail;
  };
  const stays = (text: string): boolean => {
    const above = sorted.find(({ from }) => restBelow(text, from) !== undefined);
    return above !== undefined && above.from === above.to;
  };
  const isOld = (path: string): boolean => {
    const move = map(path)?.move;
    const plain = path.replace(/^file:\/\//i, "");
    const isNew = ({ to }: PathMove): boolean =>
      to.length >= move!.from.length &&
      [to, urlPath(to)].some((place) => restBelow(plain, place) !== undefined);
    return move !== undefined && !active.some(isNew);
  };
  const finder = finderOf(active);
  const find = (text: string): string | undefined => {
    for (const [found] of finder === undefined ? [] : text.matchAll(finder)) {
      const path = [found, found.replaceAll(/\\(["\\])/g, "$1")].find(isOld);
      if (path !== undefined) return path;
    }
    return undefined;
  };
  const needles = active.flatMap(({ from }) => {
    const plain = isWindows(from) ? from.slice(3).split(/[\\/]/)[0]! : from;
    return [plain, JSON.stringify(plain).slice(1, -1), urlPath(plain)];
  });
  return { moves: active, map, moved, stays, isOld, find, needles: [...new Set(needles)] };
}

function withoutSlash(path: string): string {
  return isTop(path) ? path : path.replace(isWindows(path) ? /[\\/]+$/ : /\/+$/, "");
}

/** The top of a file system is above everything: nothing tells what below it was the installation's. */
function isTop(path: string): boolean {
  return /^(?:\/*|[A-Za-z]:[\\/]*)$/.test(path);
}

function isWindows(path: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path);
}

function mapPath(text: string, moves: readonly PathMove[]): Mapped | undefined {
  for (const move of moves) {
    const rest = restBelow(text, move.from);
    if (rest === undefined) continue;
    if (move.from === move.to || climbs(rest)) return undefined;
    const to = isTop(move.to) && rest !== "" ? move.to.replace(/[\\/]+$/, "") : move.to;
    if (isWindows(move.from) === isWindows(move.to)) return { head: to, tail: rest, move };
    const separator = isWindows(move.to) ? "\\" : "/";
    return { head: to + rest.replaceAll(isWindows(move.to) ? "/" : "\\", separator), tail: "", move };
  }
  return undefined;
}

/** What of a path follows a place it is or lies in, with the separator. */
function restBelow(text: string, place: string): string | undefined {
  const plain = (path: string): string =>
    isWindows(place) ? path.replaceAll("/", "\\").toLowerCase() : path;
  const above = isTop(place) ? place.replace(/[\\/]+$/, "") : place;
  if (plain(text.slice(0, above.length)) !== plain(above)) return undefined;
  const rest = text.slice(above.length);
  return rest === "" || rest[0] === "/" || (isWindows(place) && rest[0] === "\\") ? rest : undefined;
}

/** Whether it may lead out again by `..`. */
function climbs(rest: string): boolean {
  let depth = 0;
  for (const part of rest.split(/[\\/]/)) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function mapUrl(text: string, moves: readonly PathMove[]): Mapped | undefined {
  for (const move of moves) {
    for (const encode of [urlPath, barePath]) {
      const prefix = `file://${encode(move.from)}`;
      const rest = text.slice(prefix.length);
      if (text.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) continue;
      if (!isWindows(move.from) && text.slice(0, prefix.length).slice(7) !== prefix.slice(7)) continue;
      if (!/^(?:$|[/?#])/.test(rest)) continue;
      if (move.from === move.to || climbs(rest.replace(/[?#].*$/s, ""))) return undefined;
      const to = encode(move.to);
      return { head: `file://${rest.startsWith("/") ? to.replace(/\/$/, "") : to}`, tail: rest, move };
    }
  }
  return undefined;
}

function barePath(path: string): string {
  return isWindows(path) ? `/${path.replaceAll("\\", "/")}` : path;
}

function urlPath(path: string): string {
  return encodeURI(barePath(path)).replaceAll("#", "%23").replaceAll("?", "%3F");
}

function finderOf(moves: readonly PathMove[]): RegExp | undefined {
  if (moves.length === 0) return undefined;
  const places = moves.map(({ from }) =>
    isWindows(from)
      ? from
          .split(/[\\/]/)
          .map(literally)
          .join(String.raw`(?:\\{1,2}|/)`)
      : // JSON has a backslash before these.
        literally(from).replaceAll(/"|\\\\/g, String.raw`\\?$&`),
  );
  // Up to what ends a path in running text or in JSON.
  return new RegExp(
    String.raw`(?<![\w.~\-]|(?<!file:/)/|[\w.~\-]\\)(?:${places.join("|")})(?=$|[\\/"'\s:;,)\]}>])[^"'\s,;)\]}>]*`,
    moves.some(({ from }) => isWindows(from)) ? "gi" : "g",
  );
}

function literally(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
