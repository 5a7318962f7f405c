import { encodeModel, exportModel, importModel, type Model, Tensor } from "handgrad";
import { formatAddress, parseAddress } from "../address.ts";
import type { Axis } from "../data/ownPoints.ts";
import { layersOf, settingsOf } from "../settings.ts";
import { inputKinds, outputNames, type PlaygroundState, taskOf } from "../state.ts";
import type { Weights } from "../training/protocol.ts";

/** The state as JSON in the metadata of a model: the parts of the address, with all points. */
interface Saved {
  readonly playground: string;
}

/** The names of the input columns, in the order of the state's inputs: "x", "y²"; of a table its own. */
export function columnNames({ inputs, own, data }: PlaygroundState): string[] {
  const isOwn = data === "own" && own !== undefined;
  return inputs.map((name) => {
    if (isOwn && name === "x") return own.x.name;
    if (isOwn && name === "y") return own.y.name;
    return inputKinds[name].label;
  });
}

/** The axis of an input column on the plane. */
function axisOf(state: PlaygroundState, name: string): Pick<Axis, "centre" | "unit"> {
  const { own, data } = state;
  if (data === "own" && own && (name === "x" || name === "y")) return own[name];
  return { centre: 0, unit: 1 };
}

/**
 * A trained state as a model of the library, with the state in its metadata. The command predicts with it for tables with the columns
 * that `pointsAsCsv` writes.
 */
export function modelOfState(state: PlaygroundState, weights: Weights, rows: number): Model {
  const labelNames = outputNames(state);
  const [name, isNumber] = [targetName(state), taskOf(state) === "numbers"];
  const columns = columnNames(state);
  const features = state.inputs.map((input, i) => {
    const { centre, unit } = axisOf(state, input);
    return { kind: "number", name: columns[i], mean: centre, deviation: unit, indicator: false } as const;
  });
  const { centre = 0, unit = 1 } = (state.data === "own" && state.own?.target) || {};
  return {
    network: { inputShape: [state.inputs.length], layers: layersOf(state), dtype: "float32" },
    parameters: Object.fromEntries(
      Object.entries(weights).map(([key, { shape, data }]) => [key, new Tensor(shape, data)]),
    ),
    answers: isNumber ? "numbers" : "classes",
    labelNames: isNumber ? [name] : labelNames,
    normalization: { mean: [], deviation: [] },
    preprocessing: {
      kind: "table",
      features,
      target: isNumber
        ? { kind: "number", name, mean: centre, deviation: unit }
        : { kind: "category", name, values: labelNames },
      ignored: [],
    },
    standIn: false,
    training: { settings: settingsOf(state, rows), playground: formatAddress(state) },
  };
}

export const targetName = ({ data, own }: PlaygroundState): string =>
  data === "own" ? (own?.target?.name ?? "class") : taskOf({ data }) === "numbers" ? "value" : "class";

export function modelBytes(model: Model, format: "safetensors" | "onnx"): Uint8Array<ArrayBuffer> {
  return format === "onnx" ? exportModel(model, "onnx") : encodeModel(model);
}

/** Reads what was saved. Throws DataError for a file that is not a model, RangeError for a model that the playground did not save. */
export async function readModelFile(
  bytes: Uint8Array,
  name: string,
): Promise<{ readonly state: PlaygroundState; readonly weights: Weights }> {
  const { training, parameters } = await importModel(bytes, { name });
  const address = (training as Saved | undefined)?.playground;
  if (typeof address !== "string")
    throw new RangeError(
      `${name}: expected a model that the playground saved, found one of another training; “Your data” opens it`,
    );
  const { state, problems } = parseAddress(address);
  if (problems.length > 0) throw new RangeError(`${name}: its state is damaged: ${problems.join("; ")}`);
  const weights = Object.entries(parameters).map(
    ([key, { shape, data }]) => [key, { shape, data: Float32Array.from(data) }] as const,
  );
  return { state, weights: Object.fromEntries(weights) };
}
