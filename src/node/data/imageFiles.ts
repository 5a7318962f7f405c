import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { concatenate } from "../../formats/byteReader.ts";
import { checkGrowth } from "../../formats/inflate.ts";
import { readTar } from "../../formats/tar.ts";
import { type InflateRaw, listZip, readZipEntry } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { openFile, readChunks, readRegularFile, unreadable } from "../readFile.ts";
import { mostImageBytes } from "./imageFile.ts";
import { gunzip } from "./inflateZlib.ts";

/** Files in a folder, a zip or a tar archive. Nothing of an archive is unpacked to disk. */
export interface ImageFiles {
  readonly name: string;
  /** "folder of images", "ZIP of images" */
  readonly format: string;
  /** "cats/1.jpg", in any order */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** what errors and reports call a file: "pets/cats/1.jpg", "pets.zip: cats/1.jpg" */
  nameOf(index: number): string;
  /** The chosen files one after the other, in any order; the content is read when it is asked for, before the next file or later. */
  contents(indices: readonly number[]): AsyncIterable<FileContent>;
  close(): void;
}

export interface FileContent {
  readonly index: number;
  /** Throws DataError that names the file. */
  read(): Promise<Uint8Array>;
}

const isTar = (path: string): boolean => /\.(tar|tar\.gz|tgz)$/i.test(path);

/** Whether a file is an archive of a kind that can hold images, by its name. */
export function isArchive(path: string): boolean {
  return /\.zip$/i.test(path) || isTar(path);
}

/** What is in a folder, a .zip, a .tar or a .tar.gz. Throws DataError. */
export async function openImageFiles(path: string): Promise<ImageFiles> {
  if (isFolder(path)) return openFolder(path);
  return isTar(path) ? openTar(path) : openZip(path);
}

export function openFolder(name: string): ImageFiles {
  const files: string[] = [];
  const folders: string[] = [];
  walk(name, "", { files, folders, above: new Set() });
  const nameOf = (index: number): string => join(name, files[index]);
  return {
    ...{ name, format: "folder of images", files, folders, nameOf },
    async *contents(indices) {
      for (const index of indices)
        yield { index, read: async () => readRegularFile(nameOf(index), { most: mostImageBytes }) };
    },
    close() {},
  };
}

interface Walked {
  readonly files: string[];
  readonly folders: string[];
  /** folders that are being walked, as device and number: a link back to one of them is not followed */
  readonly above: ReadonlySet<string>;
}

function walk(root: string, inner: string, { files, folders, above }: Walked): void {
  const folder = join(root, inner);
  try {
    const { dev, ino } = statSync(folder);
    const id = `${dev}:${ino}`;
    if (above.has(id)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isSymbolicLink() ? isFolder(join(root, path)) : entry.isDirectory()) {
        folders.push(path);
        walk(root, path, { files, folders, above: new Set([...above, id]) });
      } else files.push(path);
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function openZip(name: string): ImageFiles {
  const file = openFile(name);
  const options = { name, inflate: inflateEntry };
  try {
    const { entries, folders } = lastOfEach(listZip(file, options), ({ path }) => path.replaceAll("\\", "/"));
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

const inflate = promisify(inflateRaw);

const inflateEntry: InflateRaw = async (packed, size, where) => {
  checkGrowth({ taken: packed.length, given: 0 }, size, where);
  try {
    const content = await inflate(packed, { maxOutputLength: Math.max(1, size) });
    return new Uint8Array(content.buffer, content.byteOffset, content.length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ERR_BUFFER_TOO_LARGE" ? `it unfolds to more than the ${size} bytes that it says` : message;
    throw new DataError(`${where}: corrupted: ${reason}`, { cause: error });
  }
};

/** Entries by path, without folders. If two have the same path, the last counts, as for programs that unpack. */
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

/** A tar archive is read from its beginning: once to see what it holds, once for the contents. */
async function openTar(name: string): Promise<ImageFiles> {
  const read = () => {
    const chunks = readChunks(name);
    return readTar(name, /\.tar$/i.test(name) ? chunks : gunzip(chunks, name, { chunkSize: 2 ** 18 }), {
      folders: true,
    });
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
        const parts: Uint8Array[] = []; // read at once, because the archive moves on
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
