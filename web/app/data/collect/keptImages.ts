import { StoredValues } from "../../shared/database.ts";

// The images that are collected in this page, in this browser's IndexedDB: one value for each image, and one for the classes.

/** A class without its images. */
export interface KeptClass {
  readonly id: number;
  readonly name: string;
}

export interface KeptImage {
  readonly id: number;
  /** of its class */
  readonly of: number;
  readonly blob: Blob;
  /** milliseconds since 1970 */
  readonly time: number;
}

const all = new StoredValues("handgrad images", "images");
const classesKey = "classes";

/** The stored images; undefined at the first visit. */
export async function readKept(): Promise<
  { readonly classes: readonly KeptClass[]; readonly images: readonly KeptImage[] } | undefined
> {
  const classes = (await all.use("readonly", (store) => store.get(classesKey))) as KeptClass[] | undefined;
  if (!classes) return undefined;
  // images have numbers as keys, which come before texts
  const images = (await all.use("readonly", (store) => store.getAll(IDBKeyRange.upperBound("", true)))) as KeptImage[];
  return { classes, images };
}

export const keepClasses = (classes: readonly KeptClass[]) =>
  all.use("readwrite", (store) =>
    store.put(
      classes.map(({ id, name }) => ({ id, name })),
      classesKey,
    ),
  );

export const keepImage = (image: KeptImage) => all.use("readwrite", (store) => store.put(image, image.id));

export const removeKeptImage = (id: number) => all.use("readwrite", (store) => store.delete(id));

export const removeAllKept = () => all.use("readwrite", (store) => store.clear());

/** Whether only this page stores images, until it is closed: two pages that write at once would mix their images up. */
export async function holdKept(): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null);
      return lock ? new Promise<void>(() => {}) : undefined;
    };
    navigator.locks.request("handgrad images", { ifAvailable: true }, hold).catch(() => resolve(false));
  });
}
