import { concatenate } from "../../formats/byteReader.ts";
import { checkGrowth } from "../../formats/inflate.ts";
import { readTar } from "../../formats/tar.ts";
import { type InflateRaw, listZip, type RandomBytes, readZipEntry } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";
import { mostImageBytes } from "./decodedImage.ts";
import type { InputFile, InputFolder, InputPlace } from "./inputFile.ts";
import type { Platform } from "./platform.ts";

/** The files in a folder, a zip or a tar archive. Nothing is written to disk. */
export interface ImageFiles {
  readonly name: string;
  /** "folder of images", "ZIP of images" */
  readonly format: string;
  /** "cats/1.jpg", in any order */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** the name of a file in errors and reports: "pets/cats/1.jpg", "pets.zip: cats/1.jpg" */
  nameOf(index: number): string;
  /** The chosen files, in any order. The content of a file is read when it is requested, before or after the next file. */
  contents(indices: readonly number[]): AsyncIterable<FileContent>;
  close(): void;
}

export interface FileContent {
  readonly index: number;
  /** the content; throws DataError with the name of the file */
  read(): Promise<Uint8Array>;
}

const isTar = (path: string): boolean => /\.(tar|tar\.gz|tgz)$/i.test(path);

/** Whether a file name is that of an archive that can contain images. */
export function isArchive(path: string): boolean {
  return /\.zip$/i.test(path) || isTar(path);
}

/** The files in a folder, a .zip, a .tar or a .tar.gz. Throws DataError. */
export async function openImageFiles(place: InputPlace, platform: Platform): Promise<ImageFiles> {
  if (place.kind === "folder") return filesOfFolder(place.folder);
  return isTar(place.file.name) ? openTar(place.file, platform) : openZip(place.file, platform);
}

export function filesOfFolder({ name, files, folders, file }: InputFolder): ImageFiles {
  return {
    ...{ name, format: "folder of images", files, folders },
    nameOf: (index) => file(files[index]).name,
    async *contents(indices) {
      for (const index of indices) yield { index, read: () => file(files[index]).bytes(mostImageBytes) };
    },
    close() {},
  };
}

async function openZip(packed: InputFile, platform: Platform): Promise<ImageFiles> {
  const { name } = packed;
  const file = await randomAccess(packed);
  const options = { name, inflate: inflateEntry(platform) };
  try {
    const { entries, folders } = lastOfEach(await listZip(file, options), ({ path }) => path.replaceAll("\\", "/"));
    const files = [...entries.keys()];
    const wanted = [...entries.values()];
    return {
      ...{ name, format: "ZIP of images", files, folders },
      nameOf: (index) => `${name}: ${files[index]}`,
      async *contents(indices) {
        for (const index of indices) {
          yield {
            index,
            async read() {
              checkSize(wanted[index].size, `${name}: ${files[index]}`);
              return readZipEntry(file, wanted[index], options);
            },
          };
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Opens a file for reading by position. A file that does not support this is read as a whole. */
async function randomAccess(file: InputFile): Promise<RandomBytes & { close(): void }> {
  const opened = file.openRandom?.();
  if (opened) return opened;
  const bytes = await file.bytes();
  return { length: bytes.length, read: (start, length) => bytes.subarray(start, start + length), close() {} };
}

const inflateEntry =
  ({ inflateRaw }: Platform): InflateRaw =>
  (packed, size, where) => {
    checkGrowth({ taken: packed.length, given: 0 }, size, where);
    return inflateRaw(packed, size, where);
  };

/** Entries by path, without folders. If two have the same path, the last one is used, as when the archive is unpacked. */
function lastOfEach<Entry>(all: readonly Entry[], pathOf: (entry: Entry) => string) {
  const entries = new Map<string, Entry>();
  const folders = new Set<string>();
  for (const entry of all) {
    const path = pathOf(entry);
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, i) => {
      folders.add(parts.slice(0, i + 1).join("/"));
    });
    if (!path.endsWith("/")) entries.set(path, entry);
  }
  return { entries, folders: [...folders] };
}

function checkSize(size: number, where: string): void {
  if (size > mostImageBytes)
    throw new DataError(`${where}: expected at most ${mostImageBytes.toLocaleString("en")} bytes, found ${size}`);
}

/** A tar archive is read twice from its beginning: once for the list of files, once for their contents. */
async function openTar(file: InputFile, platform: Platform): Promise<ImageFiles> {
  const { name } = file;
  const read = () => {
    const chunks = file.open();
    return readTar(name, /\.tar$/i.test(name) ? chunks : platform.gunzip(chunks, name), { folders: true });
  };
  const paths: string[] = [];
  for await (const { path } of read()) paths.push(path);
  const { entries, folders } = lastOfEach(
    paths.map((path, place) => ({ path, place })),
    ({ path }) => path.replace(/^(\.\/)+/, ""),
  );
  const files = [...entries.keys()];
  const indexOf = new Map([...entries.values()].map(({ place }, index) => [place, index]));
  return {
    ...{ name, format: "tar archive of images", files, folders },
    nameOf: (index) => `${name}: ${files[index]}`,
    async *contents(indices) {
      const wanted = new Set(indices);
      let place = 0;
      for await (const { size, chunks } of read()) {
        const index = indexOf.get(place++);
        if (index === undefined || !wanted.has(index)) continue;
        const parts: Uint8Array[] = []; // read now, because the archive is read in order
        if (size <= mostImageBytes) for await (const part of chunks) parts.push(part);
        const content = concatenate(parts);
        yield {
          index,
          async read() {
            checkSize(size, `${name}: ${files[index]}`);
            return content;
          },
        };
      }
    },
    close() {},
  };
}
