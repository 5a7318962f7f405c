import { computed, signal } from "@preact/signals";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { messageOf } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import {
  holdKept,
  type KeptImage,
  keepClasses,
  keepImage,
  readKept,
  removeAllKept,
  removeKeptImage,
} from "./keptImages.ts";

// Images that are collected in this page, by class. The browser keeps them until they are removed.

export interface CollectedImage {
  readonly id: number;
  readonly file: File;
  readonly url: string;
}

export interface CollectedClass {
  readonly id: number;
  readonly name: string;
  readonly images: readonly CollectedImage[];
}

let count = 0;
/** images that are neither kept in this browser nor in a ZIP */
const unsaved = new Set<number>();
const emptyClass = (name: string): CollectedClass => ({ id: ++count, name, images: [] });
const firstClasses = () => [emptyClass("first"), emptyClass("second")];

export const classes = signal<readonly CollectedClass[]>(firstClasses());
export const collected = computed(() => classes.value.reduce((sum, { images }) => sum + images.length, 0));
/** bytes of all images */
export const collectedSize = computed(() =>
  classes.value.reduce((sum, { images }) => images.reduce((all, { file }) => all + file.size, sum), 0),
);
/** whether the stored images were read; nothing is collected before that */
export const isLoaded = signal(false);
/** why images are not kept across a reload, if they are not */
export const notKept = signal<string | undefined>(undefined);
/** restores the class or the images that were removed last */
export const undo = signal<{ readonly words: string; readonly restore: () => void } | undefined>(undefined);

let isHolding = false;
let writing: Promise<unknown> = Promise.resolve();

/** Writes to the storage, after earlier writes; then calls `done`. Collecting continues if nothing can be stored. */
function keep(write: () => Promise<unknown>, done?: () => void): void {
  if (!isHolding) return;
  writing = writing.then(write).then(
    () => {
      notKept.value = undefined;
      done?.();
    },
    (error) => {
      notKept.value = `They are not kept in this browser (${messageOf(error)}): download them before you close the page.`;
    },
  );
}

/** Reads the stored images, once. */
export async function load(): Promise<void> {
  if (isLoaded.value) return;
  try {
    isHolding = await holdKept();
    const kept = await readKept();
    if (isLoaded.value) return;
    if (!isHolding)
      notKept.value =
        "Another tab of this page keeps images too. Images of this tab are lost when you close it: download them.";
    else if (kept) {
      count = Math.max(count, ...kept.classes.map(({ id }) => id), ...kept.images.map(({ id }) => id));
      classes.value = kept.classes.map(({ id, name }) => ({
        ...{ id, name },
        images: kept.images.filter(({ of }) => of === id).map(imageOf),
      }));
    }
  } catch (error) {
    notKept.value = `They are not kept in this browser (${messageOf(error)}): download them before you close the page.`;
  }
  isLoaded.value = true;
}

function imageOf({ id, blob, time }: Pick<KeptImage, "id" | "blob" | "time">): CollectedImage {
  const file = new File([blob], `${id}.png`, { type: "image/png", lastModified: time });
  return { id, file, url: URL.createObjectURL(file) };
}

function setClasses(all: readonly CollectedClass[]): void {
  classes.value = all;
  keep(() => keepClasses(all));
}

const change = (id: number, changed: (one: CollectedClass) => CollectedClass): void => {
  classes.value = classes.value.map((one) => (one.id === id ? changed(one) : one));
};

export function addClass(): void {
  const names = new Set(classes.value.map(({ name }) => name));
  let number = classes.value.length + 1;
  while (names.has(`class ${number}`)) number++;
  setClasses([...classes.value, emptyClass(`class ${number}`)]);
}

export function renameClass(id: number, name: string): void {
  change(id, (one) => ({ ...one, name }));
  setClasses(classes.value);
}

export function removeClass(id: number): void {
  const before = classes.value;
  const removed = before.filter((one) => one.id === id);
  setClasses(before.filter((one) => one.id !== id));
  forget(removed);
  if (removed.some(({ images }) => images.length > 0))
    undo.value = { words: `The class ${removed[0].name} was removed.`, restore: () => putBack(before) };
}

export function addImage(id: number, blob: Blob): void {
  const image = { id: ++count, of: id, blob, time: Date.now() };
  undo.value = undefined;
  unsaved.add(image.id);
  // the classes too: the first image makes them worth keeping
  if (collected.value === 0) setClasses(classes.value);
  keep(
    () => keepImage(image),
    () => unsaved.delete(image.id),
  );
  change(id, (one) => ({ ...one, images: [...one.images, imageOf(image)] }));
}

export function removeImage(id: number, image: number): void {
  change(id, (one) => ({
    ...one,
    images: one.images.filter((each) => {
      if (each.id === image) URL.revokeObjectURL(each.url);
      return each.id !== image;
    }),
  }));
  keep(() => removeKeptImage(image));
}

/** Removes all images, here and in the storage. */
export function removeAll(): void {
  const before = classes.value;
  keep(removeAllKept);
  classes.value = firstClasses();
  undo.value = { words: "All collected images were removed.", restore: () => putBack(before) };
}

function forget(removed: readonly CollectedClass[]): void {
  for (const { id } of removed.flatMap(({ images }) => images)) keep(() => removeKeptImage(id));
}

function putBack(before: readonly CollectedClass[]): void {
  undo.value = undefined;
  setClasses(before);
  for (const { id: of, images } of before)
    for (const { id, file } of images) keep(() => keepImage({ id, of, blob: file, time: file.lastModified }));
}

/** Why the images cannot be used yet; undefined when they can. */
export const notReady = computed((): string | undefined => {
  const names = classes.value.map(({ name }) => folderName(name));
  if (names.some((name) => name === "")) return "Each class needs a name.";
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `Two classes are called ${twice}; rename one of them.`;
  if (classes.value.length < 2) return "At least two classes are needed: a network learns to distinguish them.";
  const few = classes.value.find(({ images }) => images.length < 7);
  return few && `Collect at least 7 images of each class; ${few.name} has ${few.images.length}.`;
});

/** A name as a folder name that is valid on all systems. */
const folderName = (name: string): string =>
  name
    .replace(/[\\/:*?"<>|\p{Cc}]/gu, "-")
    .replace(/^[\s.]+|[\s.]+$/g, "")
    .slice(0, 80);

/** As files in a folder for each class. */
export function collectedFiles(): ChosenFile[] {
  return classes.value.flatMap(({ name, images }) =>
    images.map(({ file }) => ({ path: `images/${folderName(name)}/${file.name}`, file })),
  );
}

// The browser asks before it closes a page with images that are not stored anywhere
addEventListener("beforeunload", (event) => {
  const isUnsaved = classes.value.some(({ images }) => images.some(({ id }) => unsaved.has(id)));
  if (isUnsaved) event.preventDefault();
});

/** A ZIP of class folders. */
export async function collectedZip(): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const { path, file } of collectedFiles()) files[path] = new Uint8Array(await file.arrayBuffer());
  const bytes = await training.call("zipFiles", { files });
  unsaved.clear();
  return bytes;
}
