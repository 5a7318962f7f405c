import { type LayerDescription, parseSettings, type TrainSettings } from "handgrad";
import { outputNames, type PlaygroundState } from "./state.ts";

/** The layers of a state's network, as the library describes them. */
export function layersOf(state: PlaygroundState): LayerDescription[] {
  const { initializer, scale, layers } = state;
  const start = { initializer, ...(initializer === "scaled" && { initScale: scale }) };
  const hidden = layers.flatMap(({ units, activation, norm, dropout }): LayerDescription[] => [
    { kind: "linear", outputs: units, ...start },
    ...(norm === "none" ? [] : [{ kind: norm === "batch" ? "batchNorm" : "layerNorm" } as const]),
    { kind: activation },
    ...(dropout > 0 ? [{ kind: "dropout", keepProb: (100 - dropout) / 100 } as const] : []),
  ]);
  return [...hidden, { kind: "linear", outputs: outputNames(state).length, ...start }];
}

/** The state as settings of the library, which train `rows` points. Batches are at most as large as the training part. */
export function settingsOf(state: PlaygroundState, rows: number): TrainSettings {
  const { optimizer, rate, options, regularization, lambda, decay, loss, smoothing, delta, clip, seed } = state;
  return parseSettings({
    layers: layersOf(state),
    loss,
    ...(loss === "crossEntropy" && smoothing > 0 && { labelSmoothing: smoothing }),
    ...(loss === "huber" && { delta }),
    optimizer,
    learningRate: rate,
    ...options,
    ...(regularization !== "none" && { regularization, lambda }),
    ...(decay > 0 && { scaledWeightDecay: decay }),
    ...(clip > 0 && { clipNorm: clip }),
    ...(state.schedule !== "constant" && { schedule: { kind: state.schedule } }),
    batchSize: Math.min(state.batch, rows),
    epochs: state.span,
    seed,
  });
}
