import { DataError } from "../tensor/errors.ts";
import { listed, plural } from "./imageTreeText.ts";

/** The parts of a data set that can be given as folders, and the names of these folders. */
export const imageParts = ["train", "validation", "test"] as const;
export type ImagePart = (typeof imageParts)[number];

const folderNames: Readonly<Record<ImagePart, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["val", "valid", "validation"],
  test: ["test", "testing"],
};

export function partOf(folder: string): ImagePart | undefined {
  return imageParts.find((part) => folderNames[part].includes(folder.toLowerCase()));
}

interface HasPath {
  readonly path: readonly string[];
}

interface Parts<Image> {
  readonly parts: Readonly<Record<ImagePart, readonly Image[]>>;
  readonly lines: readonly string[];
}

/**
 * Images by part, with the folder of the part removed from their paths: train/cats/1.jpg, or cats/train/1.jpg if all paths have
 * this form. Unless there are a training folder and another one, all images are in the training part. Throws DataError for a test
 * or validation folder without a training folder, and for two folders of one part. `isFlat`: the folder of a part needs no class
 * folders.
 */
export function partFolders<Image extends HasPath>(
  name: string,
  images: readonly Image[],
  isFlat: boolean,
): Parts<Image> {
  const given = arrange(images, 0);
  if (given.others.length === 0 && !given.folders.train && given.folders.validation && given.folders.test) {
    const found = [...given.folders.validation, ...given.folders.test].map((folder) => `${folder}/`).join(" and ");
    throw new DataError(`${name}: expected a folder train/, found only ${found}; add one, or remove the other folders`);
  }
  if (isDivided(given)) {
    checkNames(name, given.folders);
    const { train } = given.parts;
    if (!isFlat && train.every(({ path }) => path.length < 2))
      throw new DataError(
        `${name}: ${plural(train.length, "image")} in ${given.folders.train?.[0]}/ without class folders; expected train/cats/1.jpg, or --labels-from name or a table`,
      );
    const others = given.others.map(({ path }) => path.join("/"));
    const unused =
      others.length > 0
        ? [`${plural(others.length, "image")} outside of these folders skipped: ${listed(others)}`]
        : [];
    return { parts: given.parts, lines: [describe(given.folders), ...unused] };
  }
  const inner = arrange(images, 1);
  if (isDivided(inner) && inner.others.length === 0) {
    return { parts: inner.parts, lines: [`${describe(inner.folders)} (folders inside each class folder)`] };
  }
  return { parts: { train: images, validation: [], test: [] }, lines: [] };
}

interface Arranged<Image> {
  readonly parts: Record<ImagePart, Image[]>;
  /** the names of the folders of each part */
  readonly folders: Partial<Record<ImagePart, readonly string[]>>;
  readonly others: readonly Image[];
}

function arrange<Image extends HasPath>(images: readonly Image[], level: number): Arranged<Image> {
  const parts: Record<ImagePart, Image[]> = { train: [], validation: [], test: [] };
  const folders: Partial<Record<ImagePart, readonly string[]>> = {};
  const others: Image[] = [];
  for (const image of images) {
    const { path } = image;
    const part = path.length > level + 1 ? partOf(path[level]) : undefined;
    if (!part) {
      others.push(image);
      continue;
    }
    parts[part].push({ ...image, path: path.toSpliced(level, 1) });
    const names = folders[part] ?? [];
    if (!names.includes(path[level])) folders[part] = [...names, path[level]];
  }
  return { parts, folders, others };
}

const isDivided = ({ folders }: Arranged<HasPath>): boolean =>
  folders.train !== undefined && (folders.validation ?? folders.test) !== undefined;

function checkNames(name: string, folders: Arranged<HasPath>["folders"]): void {
  for (const part of imageParts) {
    const names = folders[part] ?? [];
    if (names.length > 1)
      throw new DataError(`${name}: expected one folder for the ${part} part, found ${names.join("/ and ")}/`);
  }
}

function describe(folders: Arranged<HasPath>["folders"]): string {
  const roles = { train: "to train", validation: "to choose the best epoch", test: "to test" };
  const given = imageParts.filter((part) => folders[part]).map((part) => `${folders[part]?.[0]}/ ${roles[part]}`);
  return `parts as given: ${given.join(", ")}`;
}
