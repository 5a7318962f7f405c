import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** What a system call changed, in the order of the calls. A file is a number: its names may change. */
export type Change =
  | { readonly kind: "mkdir"; readonly path: string }
  | { readonly kind: "create"; readonly path: string; readonly file: number }
  | { readonly kind: "write"; readonly file: number; readonly bytes: Uint8Array }
  | { readonly kind: "sync"; readonly file: number }
  | { readonly kind: "link" | "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "syncFolder"; readonly path: string };

/** The files on a disk after power came back: content by path. */
export type DiskState = ReadonlyMap<string, Uint8Array>;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

type NameChange = Extract<Change, { kind: "mkdir" | "create" | "link" | "rename" | "remove" }>;
const placeOf = (change: NameChange): string => folderOf("to" in change ? change.to : change.path);

const isNameChange = (change: Change): change is NameChange =>
  change.kind !== "write" && change.kind !== "sync" && change.kind !== "syncFolder";

/**
 * Every state that the disk may show after power is lost behind `changes`. POSIX promises only this: the bytes of a file that were
 * written before its last fsync exist, and so do the names of a folder that were changed before its last fsync. After later changes
 * the names show any number of the changes of each folder, in their order, and a file shows any beginning of its
 * bytes (tried: none, half, all except one, all), or zeros.
 */
export function* statesAfter(changes: readonly Change[]): Generator<DiskState> {
  const folders = [...new Set(changes.filter(isNameChange).map(placeOf))];
  const made = changes.flatMap((change) => (change.kind === "mkdir" ? [change.path] : []));
  const ranges = folders.map((folder) => {
    const mine = changes.flatMap((change, at) => (isNameChange(change) && placeOf(change) === folder ? [at] : []));
    const synced = changes.findLastIndex((change) => change.kind === "syncFolder" && change.path === folder);
    const certain = mine.filter((at) => at < synced).length;
    return Array.from({ length: mine.length - certain + 1 }, (_, more) => new Set(mine.slice(0, certain + more)));
  });
  for (const choice of product(ranges)) {
    const applied = new Set(choice.flatMap((set) => [...set]));
    const names = namesAfter(changes.filter((_, at) => applied.has(at)).filter(isNameChange), made);
    const visible = [...new Set(names.values())];
    for (const contents of product(visible.map((file) => contentsOf(file, changes)))) {
      yield new Map([...names].map(([path, file]) => [path, contents[visible.indexOf(file)]]));
    }
  }
}

/** `folders` are all that were made; a folder whose own name is lost takes its files along. */
function namesAfter(changes: readonly NameChange[], folders: readonly string[]): Map<string, number> {
  const names = new Map<string, number>();
  const lost = new Set(folders);
  for (const change of changes) {
    if (change.kind === "mkdir") lost.delete(change.path);
    else if (change.kind === "create") names.set(change.path, change.file);
    else if (change.kind === "remove") names.delete(change.path);
    else {
      const file = names.get(change.from);
      if (file === undefined) continue;
      names.set(change.to, file);
      if (change.kind === "rename") names.delete(change.from);
    }
  }
  for (const path of names.keys()) if ([...lost].some((folder) => path.startsWith(`${folder}/`))) names.delete(path);
  return names;
}

function contentsOf(file: number, changes: readonly Change[]): Uint8Array[] {
  const written = (until: number) =>
    Buffer.concat(changes.slice(0, until).flatMap((c) => (c.kind === "write" && c.file === file ? [c.bytes] : [])));
  const synced = changes.findLastIndex((change) => change.kind === "sync" && change.file === file);
  const all = written(changes.length);
  const certain = synced < 0 ? 0 : written(synced).length;
  if (certain === all.length && synced >= 0) return [all];
  const lengths = [certain, Math.floor((certain + all.length) / 2), all.length - 1, all.length];
  const torn = [...new Set(lengths)].filter((length) => length >= certain).map((length) => all.subarray(0, length));
  return [...torn, Buffer.concat([all.subarray(0, certain), Buffer.alloc(all.length - certain)])];
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((before, list) => before.flatMap((some) => list.map((one) => [...some, one])), [[]]);
}

/** All different states after each prefix of the changes, with the number of changes behind which they first may show. */
export function allStates(changes: readonly Change[]): { readonly after: number; readonly state: DiskState }[] {
  const found: { after: number; state: DiskState }[] = [];
  for (let after = 0; after <= changes.length; after++) {
    const seen = new Set<string>();
    for (const state of statesAfter(changes.slice(0, after))) {
      const name = keyOf(state);
      if (!seen.has(name)) found.push({ after, state });
      seen.add(name);
    }
  }
  return found;
}

/** The same for states that hold the same. */
export function keyOf(state: DiskState): string {
  const parts = [...state].map(
    ([path, bytes]) => `${path.replace(/[0-9a-f-]{36}/, "*")} ${bytes.length} ${sum(bytes)}`,
  );
  return parts.sort().join("\n");
}

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (const byte of bytes) total = (total * 31 + byte) % 4294967291;
  return total;
}

/** Puts a state into an empty real folder; `from` is the folder in which it was recorded. */
export function restore(state: DiskState, from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const [path, bytes] of state) {
    const place = join(to, relative(from, path));
    mkdirSync(folderOf(place), { recursive: true });
    writeFileSync(place, bytes);
  }
}
