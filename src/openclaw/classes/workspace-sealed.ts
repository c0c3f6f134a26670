import type { ClassRow } from "./row.ts";

/** A row whose names count in any folder of a workspace; case does not matter. */
export type WorkspaceRow = Omit<ClassRow, "patterns" | "kinds"> & { readonly names: readonly string[] };

/** The rule for files whose values are secrets to be searched for in all others. */
export const envFileRule = "env-file";

/**
 * What of a workspace is never readable without a key, by name alone. Sealing too much costs nothing but readability;
 * sealing too little shows a secret to everyone who gets the archive. What all other files hold is scanned.
 */
export const workspaceSealed: readonly WorkspaceRow[] = [
  {
    id: "version-control",
    class: "private",
    why: "its history may hold what was deleted since, its config may hold tokens",
    names: [".git", "*.git", ".hg", ".svn", ".jj", ".git-rewrite"],
  },
  {
    id: envFileRule,
    class: "secret",
    why: "files of this name hold tokens",
    names: [".env*", "*.env", "*.env.*", ".flaskenv", ".envrc"],
  },
  {
    id: "key-file",
    class: "secret",
    why: "a key or a store of keys",
    names: [
      ...extensions("pem key p8 p12 pfx pkcs12 jks keystore bks kdb kdbx ppk asc gpg pgp age agekey ovpn"),
      "id_@(rsa|dsa|ecdsa|ed25519)*",
      "ssh_host_*",
      "authorized_keys*",
      "@(identity|age-key|agekey|keys).txt",
      "wg*.conf",
      "*@(mnemonic|seed-phrase|seed_phrase|recovery-key|recovery_key|private-key|private_key|privkey)*",
      "*wallet*",
      "master.key",
    ],
  },
  {
    id: "credential-folder",
    class: "secret",
    why: "a program's own folder for credentials",
    names: [
      ".ssh",
      ".gnupg",
      ".aws",
      ".azure",
      ".gcloud",
      "gcloud",
      ".kube",
      ".docker",
      ".password-store",
      ".secrets",
    ],
  },
  {
    id: "credential-file",
    class: "secret",
    why: "files of this name hold credentials",
    names: [
      ".netrc*",
      "_netrc",
      ".npmrc",
      ".yarnrc*",
      ".pypirc",
      ".pgpass",
      ".my.cnf",
      ".git-credentials",
      ".htpasswd*",
      ".dockercfg*",
      ".boto",
      ".s3cfg",
      ".vault-token",
      ".terraformrc",
      "rclone.conf",
      "*kubeconfig*",
      "*.tfstate*",
      "*.tfvars*",
      "*credential*",
      "*secret*",
      "*passwor[dt]*",
      "*passwd*",
      "*api[-_]key*",
      "*apikey*",
      "*service[-_]account*",
      "auth*.json",
      "oauth*",
      "*token*.@(json|txt|yaml|yml|toml|ini|cfg|conf)",
      ".token*",
      "token",
      "tokens",
      "*.token",
      "*.tokens",
      "*cookie*.@(txt|json)",
      "@(openclaw|clawdbot|moltbot).json*",
    ],
  },
  {
    id: "history-file",
    class: "secret",
    why: "what was typed or sent, with whatever tokens were in it",
    names: [".*_history", ".lesshst", ".viminfo", "*.har", "*.pcap", "*.pcapng", "*.dmp"],
  },
  {
    id: "database",
    class: "private",
    why: "a database, whose deleted rows remain in its pages",
    names: [
      ...extensions("db db3 sdb mdb accdb duckdb realm rdb ldb dump"),
      "*.sqlite*",
      "*.db-*",
      "*.duckdb.*",
      "*@(dump|backup)*.sql",
    ],
  },
  {
    id: "container",
    class: "private",
    why: "a packed file, whose content is not looked into",
    names: [
      ...extensions(
        "zip gz tgz xz txz zst tzst bz2 tbz tbz2 lz lz4 lzma br z 7z rar tar cpio cab iso dmg img ocbak",
      ),
      ...extensions("jar war ear apk aab ipa whl egg nupkg gem crate crx xpi vsix deb rpm asar pkg msi"),
      ...extensions("pdf docx docm xlsx xlsm xlsb pptx pptm odt ods odp odg epub pages numbers one msg pst"),
    ],
  },
];

function extensions(words: string): string[] {
  return words.split(" ").map((word) => `*.${word}`);
}
