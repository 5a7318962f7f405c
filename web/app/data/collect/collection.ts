import { computed, signal } from "@preact/signals";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { training } from "../../training/client.ts";

// Images that are collected in this page, by class.

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
/** how many images are in no ZIP yet */
let unsaved = 0;
const emptyClass = (name: string): CollectedClass => ({ id: ++count, name, images: [] });

export const classes = signal<readonly CollectedClass[]>([emptyClass("first"), emptyClass("second")]);
export const collected = computed(() => classes.value.reduce((sum, { images }) => sum + images.length, 0));

const change = (id: number, changed: (one: CollectedClass) => CollectedClass): void => {
  classes.value = classes.value.map((one) => (one.id === id ? changed(one) : one));
};

export function addClass(): void {
  const names = new Set(classes.value.map(({ name }) => name));
  let number = classes.value.length + 1;
  while (names.has(`class ${number}`)) number++;
  classes.value = [...classes.value, emptyClass(`class ${number}`)];
}

export function renameClass(id: number, name: string): void {
  change(id, (one) => ({ ...one, name }));
}

export function removeClass(id: number): void {
  for (const { images } of classes.value.filter((one) => one.id === id))
    for (const { url } of images) URL.revokeObjectURL(url);
  classes.value = classes.value.filter((one) => one.id !== id);
}

export function addImage(id: number, blob: Blob): void {
  const number = ++count;
  const file = new File([blob], `${number}.png`, { type: "image/png" });
  const image = { id: number, file, url: URL.createObjectURL(file) };
  unsaved++;
  change(id, (one) => ({ ...one, images: [...one.images, image] }));
}

export function removeImage(id: number, image: number): void {
  change(id, (one) => ({
    ...one,
    images: one.images.filter((each) => {
      if (each.id === image) URL.revokeObjectURL(each.url);
      return each.id !== image;
    }),
  }));
}

/** Why the images cannot be used yet; undefined when they can. */
export const notReady = computed((): string | undefined => {
  const names = classes.value.map(({ name }) => folderName(name));
  if (names.some((name) => name === "")) return "Each class needs a name.";
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `Two classes are called ${twice}; rename one of them.`;
  if (classes.value.length < 2) return "At least two classes are needed: a network learns what tells them apart.";
  const few = classes.value.find(({ images }) => images.length < 7);
  return few && `Collect at least 7 images of each class; ${few.name} has ${few.images.length}.`;
});

/** A name as that of a folder, on all systems. */
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

// The browser asks before it closes a page with images that are nowhere else
addEventListener("beforeunload", (event) => {
  if (unsaved > 0) event.preventDefault();
});

/** A ZIP of class folders. */
export async function collectedZip(): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const { path, file } of collectedFiles()) files[path] = new Uint8Array(await file.arrayBuffer());
  const bytes = await training.call("zipFiles", { files });
  unsaved = 0;
  return bytes;
}
