import type { LayerKindName } from "../../layers/registry.ts";
import { ShapeError } from "../../tensor/errors.ts";
import { indexOfPlace } from "../../tensor/places.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { activationEntries } from "./activationEntries.ts";
import { attentionEntries } from "./attentionEntries.ts";
import { ensembleEntries, residualEntries, sequentialEntries } from "./compositeEntries.ts";
import type { EntryFormula, LayerEntries } from "./entryFormula.ts";
import { averagePool2dEntries, conv2dEntries, globalPoolEntries, maxPool2dEntries } from "./imageEntries.ts";
import {
  dropoutEntries,
  embeddingEntries,
  linearEntries,
  piecewiseLinearEntries,
  positionEmbeddingEntries,
  pReluEntries,
  scaleEntries,
} from "./linearEntries.ts";
import { dctEntries, flattenEntries, identityEntries, patchesEntries, transposeEntries } from "./movingEntries.ts";
import { batchNormEntries, layerNormEntries } from "./normEntries.ts";

/** How the entries of every kind of layer are computed. */
export const layerEntries: Readonly<Record<LayerKindName, LayerEntries>> = {
  ...activationEntries,
  flatten: flattenEntries,
  scale: scaleEntries,
  linear: linearEntries,
  pRelu: pReluEntries,
  dropout: dropoutEntries,
  batchNorm: batchNormEntries,
  layerNorm: layerNormEntries,
  residual: residualEntries,
  sequential: sequentialEntries,
  ensemble: ensembleEntries,
  dct: dctEntries,
  groupClasses: identityEntries,
  testTimeAugmentation: identityEntries,
  testTimeAverage: identityEntries,
  piecewiseLinear: piecewiseLinearEntries,
  patches: patchesEntries,
  transpose: transposeEntries,
  globalAveragePool1d: globalPoolEntries,
  globalAveragePool2d: globalPoolEntries,
  embedding: embeddingEntries,
  positionEmbedding: positionEmbeddingEntries,
  multiHeadAttention: attentionEntries,
  conv2d: conv2dEntries,
  maxPool2d: maxPool2dEntries,
  averagePool2d: averagePool2dEntries,
};

/**
 * How a layer computed one entry, with its numbers: `array` is "y" for its output, "dx" for the gradient of its input, "dw" for that of its
 * parameter w; `place` counts in row-major order. The last line is the entry. Throws ShapeError for an array that the layer does not have,
 * and for a kind that is not in `layerEntries`.
 */
export function layerEntry(of: TracedLayer, array: string, place: number): EntryFormula {
  const { layer, parameters } = of;
  if (!Object.hasOwn(layerEntries, of.kind))
    throw new ShapeError(`${layer.describe()}: expected a kind in layerKinds, found ${of.kind}`);
  const entries = layerEntries[of.kind as LayerKindName];
  if (array === "y") return entries.y(of, indexOfPlace(place, of.y.shape));
  if (array === "dx") return entries.dx(of, indexOfPlace(place, of.x.shape));
  const key = array.slice(1);
  const parameter = parameters.find((each) => array.startsWith("d") && each.key === key);
  const compute = entries.parameters?.[key];
  if (parameter && compute) return compute(of, indexOfPlace(place, parameter.value.shape));
  throw new ShapeError(`${layer.describe()}: expected y, dx or d and a parameter, found ${array}`);
}
