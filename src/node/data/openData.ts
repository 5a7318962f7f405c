import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { firstRows, type Normalization } from "../../data/dataset.ts";
import { measureNormalization } from "../../data/normalize.ts";
import type { OwnData } from "../../data/reading/ownDataTypes.ts";
import type { DataRequest, DataSource } from "../../experiments/dataSource.ts";
import { ofImages, ofTables, ownSource, readingOf, refuse, stored } from "../../experiments/ownSource.ts";
import { DataError, SettingsError } from "../../tensor/errors.ts";
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
    onProgress: options.onImages,
    onBytes: options.onBytes,
  }).finally(options.onReadingEnds);
  options.onRead?.(data);
  const read = path === standardInput ? path : resolve(path);
  return (asked) => ownSource(data, { ...asked, path: read });
}

async function openCifar100(request: DataRequest, options: OpenDataOptions): Promise<DataSource> {
  if (request.crossValidation)
    throw new SettingsError("--cv: expected your own data, found CIFAR-100, which has fixed parts");
  refuse(request, ["target", "task", "size", "duplicates", ...ofImages, ...ofTables], "CIFAR-100");
  const { labels = "coarse", path, trainRows } = request;
  const { allocateBytes, normalization, ...rest } = options;
  const resolved = await resolveCifar100({ ...rest, data: path, labels });
  const { train, validation } = await resolved.load({
    parts: ["train", "validation"],
    allocateBytes,
    ...(normalization && { trainImages: trainRows }),
  });
  const { choice } = resolved;
  const kind = choice.kind === "stand-in" ? "stand-in" : "cifar100";
  return {
    kind,
    name: kind === "stand-in" ? "the procedural stand-in" : "CIFAR-100",
    request: stored({
      labels,
      trainRows,
      path: choice.kind === "stand-in" ? "stand-in" : resolve(choice.location.path),
    }),
    train: trainRows === undefined ? train : firstRows(train, trainRows),
    validation,
    test: async () => (await resolved.load({ parts: ["test"] })).test,
    /** fitted on all training images, also where only some are trained on; measured when it is asked for */
    get normalization() {
      return normalization ?? measureNormalization(train);
    },
    dropped: 0,
    notes: choice.kind === "found" && path !== undefined ? notesOn(choice.location) : [],
  };
}

function notesOn(location: Cifar100Location): string[] {
  const others = otherForms(location);
  return others.length === 0
    ? []
    : [`CIFAR-100 is read from ${location.path}; also there, not read: ${others.join(", ")}`];
}
