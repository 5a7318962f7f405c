import { DataError } from "../tensor/errors.ts";
import { countByEnding, endingOf, listed, plural } from "./imageTreeText.ts";
import { type ImagePart, imageParts, partFolders } from "./partFolders.ts";

// Finds the class and the part of each image in a folder or an archive, from the paths alone.

/** The extensions of image files that can be decoded. */
export const imageEndings: ReadonlySet<string> = new Set(
  ".jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .bmp .dib .avif".split(" "),
);

/** The extensions of image files that cannot be decoded. */
const otherImages: ReadonlySet<string> = new Set(
  ".heic .heif .svg .svgz .jxl .jp2 .j2k .psd .xcf .ico .cr2 .cr3 .nef .arw .dng .raw .exr .hdr .pgm .ppm .pbm .pnm .tga".split(
    " ",
  ),
);

/** Files that operating systems leave in folders and archives. */
const systemFiles: ReadonlySet<string> = new Set([".ds_store", "thumbs.db", "desktop.ini", "__macosx"]);

export interface ImageTree {
  /** the path of the folder or archive, for errors and notes */
  readonly name: string;
  /** "cats/1.jpg": relative, parts separated by "/" */
  readonly files: readonly string[];
  /** all folders in it, including empty ones; parents before their children */
  readonly folders: readonly string[];
}

export interface PlannedImage {
  /** of `files` */
  readonly index: number;
  readonly label: string;
}

export interface ImagePlan {
  /** the images, in the order of their paths */
  readonly parts: Readonly<Record<ImagePart, readonly PlannedImage[]>>;
  /** the classes of the training part, in alphabetical order */
  readonly labelNames: readonly string[];
  readonly notes: readonly string[];
}

/** The class of an image, from the segments of its path below the part's folder and from the whole path; undefined if unknown. */
export type LabelOf = (path: readonly string[], file: string) => string | undefined;

interface Found {
  readonly index: number;
  readonly path: readonly string[];
}

/**
 * Images by part and class. The class is the first folder, or the result of `labelOf`. Folders named train, test and val (in any
 * case) are parts if train and at least one other exist. Hidden files, other files and images without a class are left out and
 * counted in a note. Throws DataError if there are no images, no class folders, or only one class.
 */
export function planImages({ name, files, folders }: ImageTree, labelOf?: LabelOf): ImagePlan {
  const notes: string[] = [];
  const found = findImages(files, notes);
  if (found.length === 0) throw noImages(name, files);
  const { images, top } = withoutTopFolder(found, labelOf !== undefined);
  if (top.length > 0) notes.push(`images are read from the inner folder ${top.join("/")}/`);
  const { parts, lines } = partFolders(name, images, labelOf !== undefined);
  notes.push(...lines);
  const label: LabelOf = labelOf ?? ((path) => (path.length > 1 ? path[0] : undefined));
  const labelled = Object.fromEntries(
    imageParts.map((part) => [part, withLabels(parts[part], label, { part, files, notes })]),
  ) as Record<ImagePart, PlannedImage[]>;
  if (labelled.train.length === 0) throw noClasses(name, parts.train, files, labelOf !== undefined);
  const labelNames = [...new Set(labelled.train.map((image) => image.label))].sort();
  if (!labelOf) notes.push(...foldersWithoutImages(folders, found), ...deepFolders(parts));
  const kept = keepKnownClasses(labelled, labelNames, notes);
  return { parts: kept, labelNames, notes };
}

/** The image files, in the order of their paths. */
function findImages(files: readonly string[], notes: string[]): Found[] {
  const images: Found[] = [];
  const [hidden, others, undecodable]: string[][] = [[], [], []];
  let outside = 0;
  for (const [index, file] of files.entries()) {
    const path = file.split("/").filter((part) => part !== "" && part !== ".");
    if (path.includes("..")) outside++;
    else if (path.some((part) => systemFiles.has(part.toLowerCase()) || part.startsWith("._"))) continue;
    else if (path.some((part) => part.startsWith("."))) hidden.push(file);
    else if (imageEndings.has(endingOf(file))) images.push({ index, path });
    else (otherImages.has(endingOf(file)) ? undecodable : others).push(file);
  }
  if (others.length > 0)
    notes.push(
      `${plural(others.length, "file")} ${others.length === 1 ? "is not an image" : "are not images"}: ${countByEnding(others)}`,
    );
  if (undecodable.length > 0)
    notes.push(
      `${plural(undecodable.length, "image")} in formats that cannot be decoded (convert them to PNG or JPEG): ${countByEnding(undecodable)}`,
    );
  if (hidden.length > 0) notes.push(`${plural(hidden.length, "hidden file")} skipped: ${listed(hidden)}`);
  if (outside > 0) notes.push(`${plural(outside, "name")} with ".." skipped`);
  return images.sort((a, b) => comparePaths(a.path, b.path));
}

/** Alphabetical in each folder, by code units. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return a.length - b.length;
}

/** Archives often contain a single top folder. It is not a class if it contains folders, or if classes come from elsewhere. */
function withoutTopFolder(images: readonly Found[], hasLabels: boolean) {
  const top: string[] = [];
  const least = hasLabels ? 2 : 3;
  let rest = images;
  const isOne = () => rest.every(({ path }) => path.length > 1 && path[0] === rest[0].path[0]);
  while (isOne() && rest.some(({ path }) => path.length >= least)) {
    top.push(rest[0].path[0]);
    rest = rest.map(({ index, path }) => ({ index, path: path.slice(1) }));
  }
  return { images: rest, top };
}

function withLabels(
  images: readonly Found[],
  labelOf: LabelOf,
  { part, files, notes }: { readonly part: ImagePart; readonly files: readonly string[]; readonly notes: string[] },
): PlannedImage[] {
  const without: string[] = [];
  const labelled: PlannedImage[] = [];
  for (const { index, path } of images) {
    const label = labelOf(path, files[index]);
    if (label === undefined) without.push(files[index]);
    else labelled.push({ index, label });
  }
  if (without.length > 0 && (part !== "train" || labelled.length > 0)) {
    const where = part === "train" ? "" : ` of the ${part} part`;
    const unused = labelled.length === 0 && part !== "train" ? "; this part is not used" : "";
    notes.push(`${plural(without.length, "image")}${where} without a class skipped: ${listed(without)}${unused}`);
  }
  return labelled;
}

/** The outermost folders without images. They are not classes. */
function foldersWithoutImages(folders: readonly string[], images: readonly Found[]): string[] {
  const used = new Set(images.flatMap(({ path }) => path.slice(0, -1).map((_, i) => path.slice(0, i + 1).join("/"))));
  const empty = folders
    .map((folder) => folder.split("/").filter(Boolean))
    .filter((path) => !path.some((part) => part.startsWith(".") || systemFiles.has(part.toLowerCase())))
    .filter((path) => !used.has(path.join("/")) && (path.length === 1 || used.has(path.slice(0, -1).join("/"))))
    .map((path) => `${path.join("/")}/`);
  return empty.length === 0 ? [] : [`${plural(empty.length, "folder")} without images skipped: ${listed(empty)}`];
}

/** Images in subfolders of their class folder. */
function deepFolders(parts: Readonly<Record<ImagePart, readonly Found[]>>): string[] {
  const deep = imageParts.flatMap((part) => parts[part].filter(({ path }) => path.length > 2));
  if (deep.length === 0) return [];
  const [{ path }] = deep;
  const folder = `${path.slice(0, -1).join("/")}/`;
  return [
    `${plural(deep.length, "image")} in folders inside class folders, such as ${folder}: the class is the outer folder, ${path[0]}`,
  ];
}

/** A class that is missing in the training part cannot be predicted; a class that is only in the training part is not tested. */
function keepKnownClasses(
  labelled: Readonly<Record<ImagePart, readonly PlannedImage[]>>,
  labelNames: readonly string[],
  notes: string[],
): ImagePlan["parts"] {
  const known = new Set(labelNames);
  const kept = { ...labelled };
  for (const part of ["validation", "test"] as const) {
    const images = labelled[part];
    if (images.length === 0) continue;
    const counts = new Map<string, number>();
    for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
    const unknown = [...counts].filter(([label]) => !known.has(label));
    if (unknown.length > 0) {
      const classes = unknown.map(([label, count]) => {
        const alike = labelNames.find((name) => name.toLowerCase() === label.toLowerCase());
        return `${label} (${plural(count, "image")}${alike === undefined ? "" : `; training has ${alike}`})`;
      });
      notes.push(`${plural(unknown.length, "class")} only in the ${part} part, left out: ${listed(classes)}`);
    }
    const missing = labelNames.filter((label) => !counts.has(label));
    if (missing.length > 0 && unknown.length < counts.size)
      notes.push(`${plural(missing.length, "class")} without images in the ${part} part: ${listed(missing)}`);
    kept[part] = images.filter(({ label }) => known.has(label));
    if (kept[part].length === 0) notes.push(`the ${part} part has no class of the training part and is not used`);
  }
  return kept;
}

function noImages(name: string, files: readonly string[]): DataError {
  const there = files.length === 0 ? "it is empty" : `found ${countByEnding(files)}`;
  return new DataError(
    `${name}: no images; expected a folder for each class, with .jpg, .png, .webp or other image files in it; ${there}`,
  );
}

function noClasses(name: string, images: readonly Found[], files: readonly string[], hasLabels: boolean): DataError {
  const found = `${name}: ${plural(images.length, "image")}, but no class folders`;
  if (hasLabels)
    return new DataError(`${name}: expected a label for each image, found none for ${plural(images.length, "image")}`);
  const names = new Map<string, number>();
  for (const { path } of images) {
    const label = labelOfName(path, "");
    if (label !== undefined) names.set(label, (names.get(label) ?? 0) + 1);
  }
  const table = files.find((file) => endingOf(file) === ".csv");
  const ways = [
    "expected a folder for each class (cats/1.jpg, dogs/2.jpg)",
    ...(names.size > 1 && names.size <= images.length / 2
      ? [
          `or take the classes from the names with --labels-from name: ${listed([...names].map(([label, count]) => `${label} ${count}`))}`,
        ]
      : []),
    ...(table === undefined ? [] : [`or from a table with --labels-from ${name}/${table}`]),
  ];
  return new DataError(`${found}; ${ways.join("; ")}`);
}

/** The class in a name such as cat.12.jpg, "dog (3).png" or bird_007.webp: the text before the number. */
export const labelOfName: LabelOf = (path) => {
  const stem = (path.at(-1) ?? "").replace(/\.[^.]*$/, "");
  const label = stem.replace(/[\s._-]*\(?\d+\)?$/, "");
  return label === "" || label === stem ? undefined : label;
};
