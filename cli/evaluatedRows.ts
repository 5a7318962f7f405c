import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  DataError,
  type DataRequest,
  type Dataset,
  holdsCifar100,
  inputWarnings,
  isCifar100,
  labelledImages,
  labelledTable,
  type Model,
  openData,
  readOptionsOfModel,
  readOwnData,
  requestOf,
  storedRequest,
  testPart,
  trainedOnOther,
  type UnusableRows,
} from "../src/node.ts";
import { dataEvents, expectNoStandIn } from "./loadData.ts";

/** Labelled rows that are scored. */
export interface EvaluatedRows {
  readonly dataset: Dataset;
  /** where they come from: a path, or a part of the model's own data */
  readonly data?: string;
  readonly part?: "train" | "validation" | "test";
  readonly unusable: readonly UnusableRows[];
  readonly notes: readonly string[];
  readonly standIn: boolean;
}

interface OwnPartOptions {
  readonly part?: "train" | "validation" | "test" | undefined;
  /** where the data is now */
  readonly data?: string | undefined;
  readonly signal: AbortSignal;
}

/** A part of the data that a model was trained on, split in the same way. */
export async function ownPart(
  run: string,
  model: Model,
  { part = "test", data, signal }: OwnPartOptions,
): Promise<EvaluatedRows> {
  const source = await openData(ownRequest(run, model, data), { ...dataEvents(), signal });
  if (!model.standIn) expectNoStandIn(source, "model");
  if (!isCifar100(source) && trainedOnOther(run, source))
    console.error(
      "warning: this is not the data that the model was trained on: this part may contain training rows, which makes the score too optimistic",
    );
  const dataset = part === "test" ? await testPart(source) : source[part];
  return { dataset, part, unusable: [], notes: [], standIn: source.kind === "stand-in" };
}

/** All labelled rows or images at a path. Notes on how they were read go to standard error. */
export async function rowsOf(model: Model, path: string, signal: AbortSignal): Promise<EvaluatedRows> {
  const own = requestOf(model).path;
  if (own !== undefined && path !== "-" && own !== "stand-in" && resolve(path) === resolve(own))
    console.error(
      "warning: the model was trained on rows of this data, so the score is too optimistic; without DATA only the test rows are scored",
    );
  if (path === "stand-in" || holdsCifar100(path)) {
    const source = await openData(
      { ...inferred(model), labels: requestOf(model).labels, path },
      { ...dataEvents(), signal },
    );
    const { dataset, unusable } = labelledImages(model, await testPart(source));
    const notes = [`${path}: the test images are scored`];
    return { dataset, unusable, notes, data: path, standIn: source.kind === "stand-in" };
  }
  const [height = 32, width = 32] = model.network.inputShape;
  const { pixelRange } = requestOf(model);
  const table = model.preprocessing && {
    as: "table" as const,
    ...readOptionsOfModel(model.preprocessing),
  };
  const images = { as: "images" as const, height, width, pixelRange, skipBroken: true, forEvaluation: true };
  const { onBytes, onImages: onProgress } = dataEvents();
  const data = await readOwnData(path, { ...images, ...table, signal, onBytes, onProgress });
  const notes = [...(data.notes ?? [])];
  if (data.kind === "images" && data.test) notes.push(`${path}: only its test part is scored`);
  for (const note of notes) console.error(`note: ${note}`);
  if (data.kind === "table" && model.preprocessing)
    for (const warning of inputWarnings(model.preprocessing, data.table)) console.error(`warning: ${warning}`);
  const labelled =
    data.kind === "table" ? labelledTable(model, data.table) : labelledImages(model, data.test ?? data.dataset);
  return { ...labelled, notes, data: path, standIn: model.standIn };
}

/** The data that a model was trained on; `path` is its new place if it has moved. Throws DataError if the model does not store where it is. */
function ownRequest(run: string, model: Model, path: string | undefined): DataRequest {
  const request = storedRequest({ ...inferred(model), ...requestOf(model), ...(path !== undefined && { path }) });
  if (request.path === undefined && !seesCifar100(model))
    throw new DataError(
      `${run}: the model does not store where its data is; give --data PATH, or labelled rows as DATA`,
    );
  if (request.path === "-" && path === undefined)
    throw new DataError(`${run}: the data came from standard input; give it again with --data - or --data FILE`);
  if (request.path !== undefined && !["-", "stand-in"].includes(request.path) && !existsSync(request.path))
    throw new DataError(`${request.path}: the data of this model is missing; give its new path with --data`);
  return request;
}

/** The request of a model of version 0.1, which stores none, from its preprocessing or input shape. */
function inferred(model: Model): DataRequest {
  const { preprocessing, answers, network } = model;
  if (preprocessing)
    return { target: preprocessing.target.name, task: answers === "numbers" ? "regression" : "classification" };
  return seesCifar100(model) ? {} : { size: network.inputShape[0] };
}

const seesCifar100 = ({ network }: Model): boolean => network.inputShape.join() === "32,32,3";
