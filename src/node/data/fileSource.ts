import { basename, join } from "node:path";
import { readTar } from "../../formats/tar.ts";
import { DataError } from "../../tensor/errors.ts";
import { readChunks } from "../readFile.ts";
import { gunzip } from "./inflateZlib.ts";

/** Reads one file to its end; `name` is what errors call it. */
export type FileReader = (chunks: AsyncIterable<Uint8Array>, name: string) => Promise<void>;

/** A place that holds files: a folder or a .tar.gz archive. */
export interface FileSource {
  readonly place: string;
  /** Calls each file's reader; an archive is read once, whatever its order. Throws DataError when a file is missing. */
  read(readers: ReadonlyMap<string, FileReader>): Promise<void>;
}

export function folderSource(place: string): FileSource {
  return {
    place,
    async read(readers) {
      for (const [name, reader] of readers) {
        const path = join(place, name);
        await reader(readChunks(path), path);
      }
    },
  };
}

/** The files of a .tar.gz by their names without folders; nothing is unpacked to disk. */
export function archiveSource(place: string): FileSource {
  return {
    place,
    async read(readers) {
      const left = new Map(readers);
      for await (const { path, chunks } of readTar(place, gunzip(readChunks(place), place))) {
        const reader = left.get(basename(path));
        if (!reader) continue;
        await reader(chunks, `${place}: ${path}`);
        left.delete(basename(path));
      }
      // read to its very end even when all is found, because the checksum stands there
      if (left.size > 0)
        throw new DataError(`${place}: it does not hold ${[...left.keys()].join(", ")}; fetch it again`);
    },
  };
}
