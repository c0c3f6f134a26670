import { type FileForm, formOf, isSearched } from "./file-rules.ts";
import { type MemorySettings, memorySettingsIn } from "./memory-settings.ts";
import { type FileSetting, includesOf, maxTextBytes, rewriteFile } from "./rewrite-file.ts";
import { readText, type StagedFile, stagedPlace, type StagedTree } from "./staged-tree.ts";

/** Rewrites the files of staged trees, each once, with the files that a config includes. */
export class FileRun {
  readonly #trees: readonly StagedTree[];
  readonly #setting: FileSetting;
  readonly #done = new Set<string>();
  #memory: MemorySettings = { extraPaths: [], multimodal: [] };

  constructor(trees: readonly StagedTree[], setting: FileSetting) {
    this.#trees = trees;
    this.#setting = setting;
  }

  /** What the configs so far said of the memory, before they were rewritten. */
  get memory(): MemorySettings {
    return this.#memory;
  }

  /** A file by what it is called; one that may name places and is not known to is searched. */
  rewrite(file: StagedFile): void {
    const form = formOf(file.kind, file.below);
    if (form !== undefined) this.#rewriteAs(file, form);
    else if (isSearched(file.kind, file.below)) this.#search(file);
  }

  /** A config by its old place. */
  config(old: string): void {
    const file = stagedPlace(old, this.#trees);
    if (file !== undefined) this.#rewriteAs(file, "json5");
  }

  #rewriteAs(file: StagedFile, form: FileForm): void {
    const { place, old } = file;
    if (this.#done.has(place)) return;
    this.#done.add(place);
    const text = rewriteFile(file, form, this.#setting);
    if (text === undefined || form !== "json5") return;
    const { extraPaths, multimodal } = memorySettingsIn(text);
    this.#memory = {
      extraPaths: [...this.#memory.extraPaths, ...extraPaths],
      multimodal: [...this.#memory.multimodal, ...multimodal],
    };
    if (!text.includes("$include")) return;
    for (const include of includesOf(text, old)) this.config(include);
  }

  #search({ place, file }: StagedFile): void {
    if (this.#done.has(place)) return;
    const text = readText(place, maxTextBytes);
    const found = text === undefined ? undefined : this.#setting.mapper.find(text);
    if (found !== undefined) this.#setting.findings.left(file, found, "not known to ocbak; look at it");
  }
}
