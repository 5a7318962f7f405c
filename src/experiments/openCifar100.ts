import type { Normalization } from "../data/dataset.ts";
import { type GivenFile, placeOf } from "../data/reading/blobFiles.ts";
import { browserPlatform } from "../data/reading/browserPlatform.ts";
import { cifar100Archives } from "../data/reading/cifar100Formats.ts";
import { cifar100At } from "../data/reading/cifar100Place.ts";
import type { InputPlace } from "../data/reading/inputFile.ts";
import type { OwnData } from "../data/reading/ownDataTypes.ts";
import type { Platform } from "../data/reading/platform.ts";
import { standInLoader } from "../data/standIn.ts";
import { DataError } from "../tensor/errors.ts";
import { checkCifar100Request, cifar100Source } from "./cifar100Source.ts";
import type { DataRequest, DataSource } from "./dataSource.ts";

export interface OpenFilesOptions {
  readonly signal?: AbortSignal | undefined;
  /** called with the number of bytes of a file that have been read, and the total */
  readonly onBytes?: ((read: number, total: number) => void) | undefined;
  /** called with the number of decoded images */
  readonly onImages?: ((done: number, all: number) => void) | undefined;
  /** memory that the kernels reach without a copy */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /** the normalization of CIFAR-100, if the settings have one */
  readonly normalization?: Normalization | undefined;
  /** decompresses files and decodes images; a browser's by default */
  readonly platform?: Platform | undefined;
}

/** Files that were read once: `source` splits and encodes them, for requests that read the same. */
export interface ReadFiles {
  /** the content; absent for CIFAR-100 and its stand-in */
  readonly data?: OwnData | undefined;
  source(request: DataRequest): Promise<DataSource>;
}

/**
 * CIFAR-100 in files of a page, or its stand-in for the path "stand-in": like `openFiles`, but without the readers of all other formats,
 * which are most of its code. Throws DataError for other data, SettingsError for a request that CIFAR-100 cannot follow.
 */
export async function openCifar100(
  files: readonly GivenFile[],
  request: DataRequest,
  options: OpenFilesOptions = {},
): Promise<DataSource> {
  const read = readCifar100Files(files, request, options);
  if (read) return read.source(request);
  throw new DataError(
    `${nameOf(placeOf(files))}: expected CIFAR-100 (train.mat and test.mat, or train.bin and test.bin, or ${cifar100Archives.join(" or ")}), found none of these files`,
  );
}

/** CIFAR-100 or its stand-in; undefined for other data. Throws DataError for no files. */
export function readCifar100Files(
  files: readonly GivenFile[],
  request: DataRequest,
  options: OpenFilesOptions,
): ReadFiles | undefined {
  const { platform = browserPlatform, allocateBytes, normalization } = options;
  const { labels = "coarse" } = request;
  const isStandIn = request.path === "stand-in";
  const place = isStandIn ? undefined : placeOf(files, options.onBytes);
  const load = place ? cifar100At(place, labels, platform) : standInLoader(labels, "it was asked for");
  const path = place ? nameOf(place) : "stand-in";
  if (!load) return undefined;
  return {
    async source(asked) {
      checkCifar100Request(asked);
      return cifar100Source(load, asked, { path, allocateBytes, normalization });
    },
  };
}

/** The name of dropped files in errors and requests. */
export const nameOf = (place: InputPlace): string => (place.kind === "file" ? place.file.name : place.folder.name);
