import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import * as v from "valibot";
import { firstRows, type Normalization } from "../../data/dataset.ts";
import { nameHint } from "../../data/nearestName.ts";
import { measureNormalization } from "../../data/normalize.ts";
import type { Table } from "../../data/table.ts";
import { currentRules, readOptionsOf } from "../../data/tableOptions.ts";
import { type DataRequest, type DataSource, dataRequest, flagOf } from "../../experiments/dataSource.ts";
import { imageSource } from "../../experiments/imageSource.ts";
import { tableSource } from "../../experiments/prepareData.ts";
import { DataError, SettingsError } from "../../tensor/errors.ts";
import { type Cifar100Location, holdsCifar100, otherForms } from "./cifar100Folders.ts";
import { type ReadingEvents, readOwnData } from "./ownData.ts";
import type { OwnData } from "./ownDataTypes.ts";
import { type ResolveCifar100Options, resolveCifar100 } from "./resolveCifar100.ts";
import { standardInput } from "./tableBytes.ts";

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
  const { size = 32, skipBroken, labelsFrom, target, as, pixelRange } = request;
  const { signal, onImages } = options;
  const data = await readOwnData(path, {
    ...{ height: size, width: size, skipBroken, labelsFrom, target, as, pixelRange, signal },
    ...readOptionsOf(request),
    onProgress: onImages,
    onBytes: options.onBytes,
  }).finally(options.onReadingEnds);
  options.onRead?.(data);
  const read = path === standardInput ? path : resolve(path);
  return (asked) => limited(prepare(data, { ...asked, path: read }), asked);
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

function prepare(data: OwnData, request: DataRequest): DataSource {
  const { target, task, seed, folds } = request;
  const split = {
    ...(seed !== undefined && { seed }),
    // parts by group or time have a validation part of their own
    folds: folds === true && request.group === undefined && request.time === undefined,
    request: stored(request),
    notes: data.notes,
  };
  if (data.kind === "images") {
    const { labelsFrom = "name" } = request;
    const ofLabels = labelsFrom === "name" ? (["target"] as const) : [];
    refuse(request, [...ofLabels, "task", "labels", ...ofTables], "images, whose classes are their folders or labels");
    const { rules = currentRules, duplicates = "together" } = request;
    const pixels = data.pixelRange && { pixelRange: [...data.pixelRange] as [number, number] };
    const given = {
      given: data.test,
      givenValidation: data.validation,
      copiesTogether: rules > 1 && duplicates === "together",
    };
    return imageSource(data.dataset, { ...split, ...given, request: stored({ ...request, ...pixels, rules }) });
  }
  refuse(request, ["labels", ...ofImages, ...(request.as === "images" ? (["as"] as const) : [])], "a table");
  const named = target ?? data.target;
  if (named === undefined) {
    const columns = data.table.columns.map(({ name }) => name).join(", ");
    throw new SettingsError(
      `${data.table.name}: expected --target with the column to predict, one of ${columns}; found none`,
    );
  }
  checkTarget(data.table, named, request);
  const { rules = currentRules } = request;
  if (data.given) refuse(request, ["group", "time", "duplicates"], "data that is divided into parts already");
  return tableSource(
    data.table,
    { target: named, task },
    {
      ...split,
      givenRows: data.given,
      request: stored({ ...request, target: named, rules }),
      reading: data.reading,
    },
  );
}

/** Throws DataError that names the column that was probably meant. */
function checkTarget({ name, columns }: Table, target: string, { drop }: DataRequest): void {
  const names = columns.map((column) => column.name);
  if (names.includes(target)) return;
  if (drop?.includes(target))
    throw new SettingsError(`--drop: ${target} is the column to predict; leave it out of --drop`);
  const hint = nameHint(target, names);
  throw new DataError(`${name}: no column is called ${target}${hint && `; ${hint}`}; there are ${names.join(", ")}`);
}

/** In one order, so that a resumed run writes the same bytes. */
const stored = (request: DataRequest): DataRequest => v.parse(dataRequest, request);

function limited(source: DataSource, { trainRows }: DataRequest): DataSource {
  return trainRows === undefined ? source : { ...source, train: firstRows(source.train, trainRows) };
}

const ofImages = ["skipBroken", "labelsFrom", "pixelRange"] as const;
const ofTables = ["header", "types", "drop", "missing", "group", "time"] as const;

function refuse(request: DataRequest, names: readonly (keyof DataRequest)[], what: string): void {
  for (const name of names) {
    const value = request[name];
    if (value === undefined || (name === "labels" && value === "coarse")) continue;
    const flag = value === "both" ? "--recipe or labels" : name === "labels" ? "--fine or labels" : flagOf(name);
    const shown = typeof value === "object" ? "it" : `${value}`;
    throw new SettingsError(`${flag}: ${shown} is of other data; this is ${what}`);
  }
}
