import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { Normalization } from "../../data/dataset.ts";
import type { OwnData } from "../../data/reading/ownDataTypes.ts";
import type { PartsOptions } from "../../data/rowParts.ts";
import { checkCifar100Request, cifar100Source } from "../../experiments/cifar100Source.ts";
import type { DataRequest, DataSource } from "../../experiments/dataSource.ts";
import { ownSource, readingOf } from "../../experiments/ownSource.ts";
import { DataError } from "../../tensor/errors.ts";
import { type Cifar100Location, holdsCifar100, otherForms } from "./cifar100Folders.ts";
import { standardInput } from "./inputPath.ts";
import { type ReadingEvents, readOwnData } from "./ownData.ts";
import { type ResolveCifar100Options, resolveCifar100 } from "./resolveCifar100.ts";

export interface OpenDataOptions extends Pick<ResolveCifar100Options, "onChoice" | "onProgress" | "signal"> {
  /** allocates memory that the kernels use without a copy */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /**
   * the normalization of CIFAR-100, if the settings state it; then it is not measured, and only the requested training images are
   * read
   */
  readonly normalization?: Normalization | undefined;
  /** divides the rows into parts; each process reads only its own. All processes must open the same data. */
  readonly parts?: PartsOptions | undefined;
  /** called with the number of bytes of a table that have been read, and the total number */
  readonly onBytes?: ReadingEvents["onBytes"];
  /** called with the number of decoded images */
  readonly onImages?: ((done: number, all: number) => void) | undefined;
  /** called when reading has ended, also after an error or the signal */
  readonly onReadingEnds?: (() => void) | undefined;
  /** called with the data that was read, before it is split and encoded */
  readonly onRead?: (data: OwnData) => void;
}

/**
 * Opens the data of a request, ready for training: a table, images, arrays, CIFAR-100 or its stand-in, depending on the path.
 * Throws DataError with the expected forms, and SettingsError for a request that does not fit the data.
 */
export async function openData(request: DataRequest, options: OpenDataOptions = {}): Promise<DataSource> {
  const { path } = request;
  if (path === undefined || path === "stand-in" || holdsCifar100(path)) return openCifar100(request, options);
  return (await readSource(request, options))(request);
}

/** Makes a source from data that was already read, for another split, other folds or another target. */
export type SourceOf = (request: DataRequest) => DataSource;

/**
 * Reads the user's data once. The returned function splits and encodes it for requests that need the same data. Throws as
 * `openData` does.
 */
export async function readSource(request: DataRequest, options: OpenDataOptions = {}): Promise<SourceOf> {
  const { path = "" } = request;
  if (path !== standardInput && !existsSync(path)) {
    const hint = extname(path) === "" ? "; `handgrad data download cifar100` downloads CIFAR-100" : "";
    throw new DataError(`${path}: no such file or folder${hint}`);
  }
  const data = await readOwnData(path, {
    ...readingOf(request),
    signal: options.signal,
    parts: options.parts,
    onProgress: options.onImages,
    onBytes: options.onBytes,
  }).finally(options.onReadingEnds);
  options.onRead?.(data);
  const read = path === standardInput ? path : resolve(path);
  return (asked) => ownSource(data, { ...asked, path: read });
}

async function openCifar100(request: DataRequest, options: OpenDataOptions): Promise<DataSource> {
  checkCifar100Request(request);
  const { labels = "coarse", path } = request;
  const { allocateBytes, normalization, parts, ...rest } = options;
  const { choice, load } = await resolveCifar100({ ...rest, data: path, labels });
  return cifar100Source(load, request, {
    path: choice.kind === "stand-in" ? "stand-in" : resolve(choice.location.path),
    notes: choice.kind === "found" && path !== undefined ? notesOn(choice.location) : [],
    ...{ allocateBytes, normalization, parts },
  });
}

function notesOn(location: Cifar100Location): string[] {
  const others = otherForms(location);
  return others.length === 0
    ? []
    : [`CIFAR-100 is read from ${location.path}; also there, not read: ${others.join(", ")}`];
}
