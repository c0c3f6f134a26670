import { incompressible } from "./archives.ts";
import { sharedKey } from "./bends.ts";
import { draftEntry, hostile } from "./hostile.ts";
import { type Member, type OuterBends, remade } from "./members.ts";
import { outcome } from "./read.ts";

export const outerArchiveId = "0a".repeat(15);

export type OuterCase = readonly [title: string, code: string, bends: OuterBends];

/** An archive of five plain and four sealed segments that announces the extension `notes`, for the shared key. */
export async function outerArchive(): Promise<Buffer> {
  return hostile(await sharedKey(), {
    manifest: (manifest) => Object.assign(manifest, { archiveId: outerArchiveId, optional: ["notes"] }),
    plain: (draft) => void draft.entries.push(draftEntry("workspace.main/zz", incompressible(300_000))),
    sealed: (draft) => void draft.entries.push(draftEntry("workspace.main/zzz", incompressible(200_000))),
  });
}

let archive: Promise<Buffer> | undefined;

/** What a reader makes of that archive with something bent outside and all around it recomputed. */
export async function remadeOutcome(bends: OuterBends, level: "quick" | "full" = "full"): Promise<string> {
  archive ??= outerArchive();
  return outcome(remade(await archive, bends), await sharedKey(), level);
}

export function members(bend: (members: Member[]) => Member[] | void): OuterBends {
  return { members: bend };
}

export function bentMember(name: string | RegExp, bend: (member: Member) => Member): OuterBends {
  return members((all) => all.map((one) => (matches(one, name) ? bend(one) : one)));
}

export function without(name: string | RegExp): OuterBends {
  return members((all) => all.filter((one) => !matches(one, name)));
}

export function matches(member: Member, name: string | RegExp): boolean {
  return typeof name === "string" ? member.name === name : name.test(member.name);
}

export function paddingOf({ content }: Member): number {
  const length = (512 - (content.length % 512)) % 512;
  if (length === 0) throw new RangeError("this content has no padding");
  return length;
}
