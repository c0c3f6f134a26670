import { encodeMemberHeader, memberNames } from "../../src/format/member.ts";
import type { ArchiveId } from "../../src/format/schema.ts";
import { limits } from "../../src/format/limits.ts";
import { signDetached } from "../../src/format/sshsig.ts";
import { type Member, encodeMember, membersOf, segmentName, segmentsOf } from "../support/members.ts";
import { type Base, bases, bytesOf, signingKey } from "./corpus.ts";
import { mutateBytes, placeIn } from "./mutate-bytes.ts";
import { type Json, encodeJson, mutateJson, mutateJsonText } from "./mutate-json.ts";
import type { Rng } from "./rng.ts";
import type { Step } from "./steps.ts";

function changedMember(member: Member, rng: Rng): Member {
  const { content, name } = member;
  const segment = /^(plain|sealed)\/(\d{6})\./.exec(name);
  return rng.weighted<() => Member>([
    [
      3,
      () => ({ ...member, header: mutateBytes(encodeMember(member).subarray(0, 512), rng).subarray(0, 512) }),
    ],
    [2, () => ({ ...member, header: otherSize(member, rng) })],
    [1, () => ({ ...member, padding: Buffer.alloc(rng.pick([0, 1, 511, 512]), rng.int(2)) })],
    [1, () => ({ ...member, archiveId: rng.pick(["0".repeat(30), "f".repeat(30)]) })],
    [
      2,
      () => ({
        ...member,
        name: rng.pick(["pad", "end", "x", "ext/notes/a", `${name.slice(0, -1)}0`, "plain/000000"]),
      }),
    ],
    [2, () => ({ ...member, content: mutateBytes(content, rng) })],
    // A segment of other bytes whose name fits them.
    [segment ? 3 : 0, () => renamedSegment(member, mutateBytes(content, rng))],
    [1, () => ({ ...member, content: Buffer.alloc(0) })],
  ])();
}

/** A header that is right in itself, of a size that its content does not have. */
function otherSize({ name, archiveId, content }: Member, rng: Rng): Buffer {
  const sizes = [0, content.length + 1, content.length + 512, 1_048_577, 67_108_865, 8_589_934_591];
  return encodeMemberHeader({ name, archiveId: archiveId as ArchiveId, sizeBytes: rng.pick(sizes) });
}

function renamedSegment(member: Member, content: Buffer): Member {
  const [, section, number] = /^(plain|sealed)\/(\d{6})\./.exec(member.name)!;
  return { ...member, content, name: segmentName(section as "plain" | "sealed", Number(number), content) };
}

function changedMembers(members: Member[], rng: Rng): Member[] {
  const at = rng.int(members.length);
  const one = members[at]!;
  return rng.weighted<() => Member[]>([
    [6, () => members.with(at, changedMember(one, rng))],
    [2, () => members.toSpliced(at, 1)],
    [2, () => members.toSpliced(rng.int(members.length), 0, one)],
    [2, () => members.toSpliced(at, 1).toSpliced(rng.int(members.length), 0, one)],
    [
      2,
      () => members.toSpliced(rng.int(members.length + 1), 0, rng.pick(membersOf(bytesOf(rng.pick(bases))))),
    ],
  ])();
}

function memberList(rng: Rng): Step {
  return { name: "members", members: (members) => changedMembers(members, rng) };
}

/** Members of another archive that fit this one by their id. */
function foreignMembers(rng: Rng): Step {
  return {
    name: "members of another archive",
    members: (members) => {
      const { archiveId } = members[0]!;
      const others = membersOf(bytesOf(rng.pick(bases))).map((member) => ({ ...member, archiveId }));
      const section = rng.pick(["plain/", "sealed/", memberNames.header]);
      const ours = members.filter(({ name }) => !name.startsWith(section));
      const at = members.findIndex(({ name }) => name.startsWith(section));
      return ours.toSpliced(at, 0, ...others.filter(({ name }) => name.startsWith(section)));
    },
  };
}

function resegmented(rng: Rng): Step {
  const segmentBytes = rng.pick([limits.segmentBytesMin, 65_537, 100_000, limits.segmentBytesMax]);
  return {
    name: "other segments",
    manifest: (manifest) => void (manifest["segmentBytes"] = segmentBytes),
    members: (members) =>
      (["plain", "sealed"] as const).reduce<Member[]>((all, section) => {
        const isOurs = ({ name }: Member): boolean => /^\w+\/\d{6}\./.test(name) && name.startsWith(section);
        const stored = Buffer.concat(all.filter((one) => isOurs(one)).map(({ content }) => content));
        const segments = segmentsOf(section, stored, { archiveId: all[0]!.archiveId, segmentBytes });
        const at = all.findIndex((one) => isOurs(one));
        return all.filter((one) => !isOurs(one)).toSpliced(at, 0, ...segments);
      }, members),
  };
}

function manifestTree(rng: Rng): Step {
  return {
    name: "manifest tree",
    manifestBytes: (bytes) => Buffer.from(encodeJson(mutateJson(JSON.parse(bytes.toString()) as Json, rng))),
  };
}

function manifestText(rng: Rng): Step {
  return {
    name: "manifest text",
    manifestBytes: (bytes) => Buffer.from(mutateJsonText(bytes.toString(), rng)),
  };
}

function manifestBytes(rng: Rng): Step {
  return { name: "manifest bytes", manifestBytes: (bytes) => mutateBytes(bytes, rng) };
}

const features = ["critical", "optional", "formatVersion", "format", "roots", "signer", "extensions"];

/** A manifest that means something else: newer, with features, with other roots. */
function manifestMeaning(rng: Rng): Step {
  const values: readonly Json[] = [
    1,
    2,
    0,
    99,
    "1",
    ["x"],
    ["notes"],
    ["notes", "notes"],
    [],
    null,
    "ocbak2",
    { notes: 1 },
    [
      {
        id: "state",
        sourcePath: "",
      },
    ],
    [
      {
        id: "state",
        sourcePath: "/",
      },
      {
        id: "state",
        sourcePath: "/",
      },
    ],
    [
      {
        id: "workspace.main",
        sourcePath: "/w",
      },
    ],
    signingKey.publicKey,
  ];
  const [key, value] = [rng.pick(features), rng.pick(values)];
  return { name: "manifest's meaning", manifest: (manifest) => void (manifest[key] = value) };
}

function replaced(object: { [key: string]: unknown }, rng: Rng): void {
  const changed = mutateJson(object as Json, rng) as object;
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, changed);
}

function checksums(rng: Rng): Step {
  return { name: "checksums.json", checksums: (sums) => replaced(sums, rng) };
}

function end(rng: Rng): Step {
  return { name: "end", end: (end) => replaced(end, rng) };
}

function endText(rng: Rng): Step {
  return {
    name: "end text",
    endBytes: (bytes) => {
      if (rng.once(3)) return mutateBytes(bytes, rng);
      const text = mutateJsonText(bytes.toString().trimEnd(), rng);
      return Buffer.from(`${text.padEnd(511)}\n`);
    },
  };
}

function signature(rng: Rng): Step {
  return {
    name: "signature",
    signature: (members, sums) => {
      const content = members[0]?.content ?? Buffer.from(signDetached(signingKey, sums));
      const member = { ...members[0], name: memberNames.signature, archiveId: sums.toString().slice(14, 44) };
      return rng.weighted<() => Member[]>([
        [3, () => [{ ...member, content: mutateBytes(content, rng) }]],
        [1, () => []],
        [1, () => [{ ...member, content }]],
        [
          1,
          () => [
            { ...member, content },
            { ...member, content },
          ],
        ],
        [1, () => [{ ...member, content: Buffer.from(signDetached(signingKey, rng.bytes(10))) }]],
        [1, () => [{ ...member, content: reencoded(content, rng) }]],
      ])();
    },
  };
}

/** Other bytes in an armour that is right. */
function reencoded(armoured: Buffer, rng: Rng): Buffer {
  const [first, ...lines] = armoured.toString().trimEnd().split("\n");
  const last = lines.pop();
  const base64 = mutateBytes(Buffer.from(lines.join(""), "base64"), rng).toString("base64");
  return Buffer.from(`${[first, ...(base64.match(/.{1,70}/g) ?? []), last].join("\n")}\n`);
}

function extensions(rng: Rng): Step {
  const names = [
    "ext/notes/a",
    "ext/notes/b",
    "ext/notes/a",
    "ext/x/a",
    "ext/notes/.",
    "ext/notes/-",
    "ext/notes/a/b",
  ];
  return {
    name: "extensions",
    manifest: (manifest) => void (manifest["optional"] = ["notes"]),
    members: (members) => [
      ...members,
      ...Array.from({ length: rng.once(40) ? 300 : rng.between(1, 3) }, (_, at) => ({
        name: rng.once(3) ? rng.pick(names) : `ext/notes/n${String(at).padStart(5, "0")}`,
        archiveId: members[0]!.archiveId,
        content: rng.bytes(rng.int(600)),
      })),
    ],
  };
}

/** The whole file, nothing repaired after it: what the survey is for. */
function fileBytes(rng: Rng): Step {
  return {
    name: "file bytes",
    file: (bytes) => {
      let changed = bytes;
      for (let times = rng.pick([1, 1, 1, 2, 5, 20]); times > 0; times--) changed = mutateBytes(changed, rng);
      return changed;
    },
  };
}

function spliced(rng: Rng): Step {
  const other = bytesOf(rng.pick(bases));
  return {
    name: "splice",
    file: (bytes) =>
      rng.weighted<() => Buffer>([
        [
          3,
          () => Buffer.concat([bytes.subarray(0, placeIn(bytes, rng)), other.subarray(placeIn(other, rng))]),
        ],
        [1, () => Buffer.concat([bytes, other.subarray(0, placeIn(other, rng))])],
        [1, () => Buffer.concat([other.subarray(placeIn(other, rng)), bytes])],
        [1, () => Buffer.concat([bytes.subarray(0, placeIn(bytes, rng)), bytes])],
        [1, () => mutateBytes(other, rng)],
      ])(),
  };
}

/** Whole members taken out, doubled or moved, without repair. */
function membersLost(rng: Rng): Step {
  return {
    name: "members lost",
    file: (bytes) => {
      const members = membersOf(bytes).map((member) => encodeMember(member));
      for (let times = rng.between(1, 3); times > 0 && members.length > 1; times--) {
        const [taken] = members.splice(rng.int(members.length), 1);
        if (rng.once(3)) members.splice(rng.int(members.length), 0, taken!);
        else if (rng.once(2)) members.splice(rng.int(members.length), 0, Buffer.alloc(taken!.length));
      }
      return Buffer.concat([...members, Buffer.alloc(1024)]);
    },
  };
}

export const outerLayer = [
  [5, memberList],
  [2, foreignMembers],
  [1, resegmented],
  [3, manifestTree],
  [2, manifestText],
  [1, manifestBytes],
  [3, manifestMeaning],
  [3, checksums],
  [5, end],
  [2, endText],
  [2, extensions],
] as const;

export const signatureLayer = [[1, signature]] as const;

export const fileLayer = [
  [5, fileBytes],
  [3, spliced],
  [2, membersLost],
] as const;

export type MakeStep = (rng: Rng, base: Base) => Step;
