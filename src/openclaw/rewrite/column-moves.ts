import type { DatabaseSync } from "node:sqlite";
import { type Column, quoted, type Rival, rivalsOf } from "./rivals.ts";

/** A row whose value in a column becomes another one. */
export interface ValueMove {
  readonly id: number;
  readonly from: string;
  readonly to: string;
}

/** Two rows that had to become one. */
export interface Merge {
  readonly move: ValueMove;
  readonly rival: Rival;
}

/**
 * Gives rows their new values all at once, so that a value that one row leaves is free for another: with A becoming B and B
 * becoming C, or A and B changing places, none is lost and none moves twice. Where two rows truly come to have one key, the
 * one that was written later stays. Returns those; throws what SQLite throws, and then some rows are changed.
 */
export function moveValues(db: DatabaseSync, at: Column, moves: readonly ValueMove[]): Merge[] {
  const write = db.prepare(`update ${quoted(at.table)} set ${quoted(at.column)} = ? where rowid = ?`);
  const left = new Set(moves.map(({ from }) => from));
  if (moves.some(({ to }) => left.has(to)))
    for (const { id } of moves) write.run(`ocbak: row ${id} on its way`, id);
  return moves.flatMap((move) => {
    const put = (): void => void write.run(move.to, move.id);
    try {
      put();
      return [];
    } catch (error) {
      return giveWay(db, at, { move, put, error });
    }
  });
}

/** Of rows that are one now, one stays. */
function giveWay(
  db: DatabaseSync,
  at: Column,
  { move, put, error }: { readonly move: ValueMove; readonly put: () => void; readonly error: unknown },
): Merge[] {
  const rivals = rivalsOf(db, at, move);
  if (rivals.length === 0) throw error;
  const remove = db.prepare(`delete from ${quoted(at.table)} where rowid = ?`);
  const isKept = !rivals.some(({ isNewer }) => isNewer);
  for (const { id } of isKept ? rivals : [move]) remove.run(id);
  if (isKept) put();
  return rivals.filter(({ isEqual }) => !isEqual).map((rival) => ({ move, rival }));
}
