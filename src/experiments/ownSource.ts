import { firstRows } from "../data/dataset.ts";
import { nameHint } from "../data/nearestName.ts";
import type { OwnData } from "../data/reading/ownDataTypes.ts";
import { columnNames, type Table } from "../data/table.ts";
import { currentRules, readOptionsOf } from "../data/tableOptions.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import type { DataRequest, DataSource } from "./dataSource.ts";
import { imageSource } from "./imageSource.ts";
import { tableSource } from "./prepareData.ts";
import { ofImages, ofTables, refuse, stored } from "./requestFields.ts";

/** The fields of a request for reading data; the others are for splitting and encoding it. */
export function readingOf(request: DataRequest) {
  const { size = 32, skipBroken, labelsFrom, target, group, time, as, pixelRange } = request;
  const ofTable = { target, group, time, ...readOptionsOf(request) };
  return { height: size, width: size, skipBroken, labelsFrom, as, pixelRange, ...ofTable };
}

/** Data that was read, split and encoded according to a request. Throws DataError, SettingsError for a request that does not fit the data. */
export function ownSource(data: OwnData, request: DataRequest): DataSource {
  return limited(prepare(data, request), request);
}

function prepare(data: OwnData, request: DataRequest): DataSource {
  const { target, task, seed, folds } = request;
  const split = {
    ...(seed !== undefined && { seed }),
    // parts by group or time have a separate validation part
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
    const columns = columnNames(data.table).join(", ");
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

/** Throws DataError that suggests a similar column. */
function checkTarget(table: Table, target: string, { drop }: DataRequest): void {
  const { name } = table;
  const names = columnNames(table);
  if (names.includes(target)) return;
  if (drop?.includes(target))
    throw new SettingsError(`--drop: ${target} is the column to predict; leave it out of --drop`);
  const hint = nameHint(target, names);
  throw new DataError(`${name}: no column is called ${target}${hint && `; ${hint}`}; there are ${names.join(", ")}`);
}

function limited(source: DataSource, { trainRows }: DataRequest): DataSource {
  return trainRows === undefined ? source : { ...source, train: firstRows(source.train, trainRows) };
}
