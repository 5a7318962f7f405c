import { attentionWeights, convolutionWindow, ensembleFolds, normalizationAxes, patchesOfImage } from "./grids.ts";
import * as layers from "./layers.ts";
import * as numerics from "./numerics.ts";
import { picture } from "./picture.ts";
import { recipes } from "./recipes.ts";
import { structure } from "./structure.ts";
import * as training from "./training.ts";

/** The drawn pictures of docs/: the name of each file and its content. */
export function allPictures(): ReadonlyMap<string, string> {
  const figures = [...Object.values(numerics), ...Object.values(layers), ...Object.values(training), recipes].map(
    (draw) => draw(),
  );
  return new Map([
    ...figures.map((figure) => [`${figure.id}.svg`, picture(figure)] as const),
    ["normalization-axes.svg", normalizationAxes()],
    ["ensemble-folds.svg", ensembleFolds()],
    ["convolution-window.svg", convolutionWindow()],
    ["attention-weights.svg", attentionWeights()],
    ["patches.svg", patchesOfImage()],
    ["structure.svg", structure()],
  ]);
}
