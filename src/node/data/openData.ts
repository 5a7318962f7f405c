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
  /** memory that the kernels reach without a copy */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /**
   * the normalization of CIFAR-100 where the settings state it: then it is not measured, and training images beyond those of the request are
   * not read
   */
  readonly normalization?: Normalization | undefined;
  /** divides the rows into parts, of which this process reads its own: all processes open the same data */
  readonly parts?: PartsOptions | undefined;
  /** called with the number of bytes of a table that have been read, and the total */
  readonly onBytes?: ReadingEvents["onBytes"];
  /** called with the number of decoded images */
  readonly onImages?: ((done: number, all: number) => void) | undefined;
  /** called when reading has ended, also after an error or the signal */
  readonly onReadingEnds?: (() => void) | undefined;
  /** told what was read, before it is split and encoded */
  readonly onRead?: (data: OwnData) => void;
}

/**
 * The data of a request, ready to train: a table, images, arrays, CIFAR-100 or its stand-in, told apart by what lies at the path.
 * Throws DataError that names what was expected, SettingsError for a request that does not fit the data.
 */
export async function openData(request: DataRequest, options: OpenDataOptions = {}): Promise<DataSource> {
  const { path } = request;
  if (path === undefined || path === "stand-in" || holdsCifar100(path)) return openCifar100(request, options);
  return (await readSource(request, options))(request);
}

/** Makes a source of data that was read: for another split, other folds or another target of the same request. */
export type SourceOf = (request: DataRequest) => DataSource;

/**
 * Reads data of users once; what it returns splits and encodes it for requests that differ in nothing that is read. Throws as `openData`
 * does.
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
