import type { Dataset, Normalization } from "../data/dataset.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { makeNetwork } from "../layers/description.ts";
import { withoutTestTimeAugmentation } from "../layers/multilayerPerceptron.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/tensor.ts";
import { Teacher } from "../training/teacher.ts";
import type { Model } from "./model.ts";
import type { TrainSettings } from "./settings.ts";

/** The model of the setting `teacher`, and how the inputs of training are encoded. */
export interface GivenTeacher {
  readonly teacher?: Model | undefined;
  readonly normalization?: Normalization | undefined;
  readonly preprocessing?: TablePreprocessing | undefined;
}

/** What the student learns: its labels are those of the training, which may be finer than those of the validation. */
type TaughtData = Pick<Dataset, "name" | "inputShape" | "labelNames">;

/**
 * The teacher of the settings, for data whose labels are those that the student learns; undefined without one. Throws SettingsError for a
 * model that was not read, or that answers other classes or takes other inputs.
 */
export function buildTeacher(
  { teacher: asked, dtype, classGroups, normalization: set }: TrainSettings,
  { teacher: model, train, normalization = set, preprocessing }: GivenTeacher & { readonly train: TaughtData },
  kernels: Kernels,
): Teacher | undefined {
  if (!asked) return undefined;
  if (!model)
    throw new SettingsError(
      `teacher: expected the model of ${asked.model}, which \`handgrad train\` reads, found none; elsewhere pass it as \`teacher\` of the data`,
    );
  const [own, found] = [train.inputShape, model.network.inputShape].map((shape) => formatShape(shape));
  if (own !== found) throw new SettingsError(`teacher: expected inputs ${own}, as ${train.name} has, found ${found}`);
  if (encodingOf(model.preprocessing) !== encodingOf(preprocessing))
    throw new SettingsError(
      `teacher: expected a model that encodes the columns as this training does; train it on the same table with the same --seed`,
    );
  const layers = withoutTestTimeAugmentation(model.network.layers);
  const network = makeNetwork(
    { ...model.network, layers: answering(layers, model, { train, classGroups }), dtype },
    { parameters: model.parameters, kernels },
  );
  // Tables have none
  const normalizations = normalization?.mean.length ? { own: model.normalization, training: normalization } : undefined;
  return new Teacher(network, { weight: asked.weight, normalizations });
}

/** How the columns of a table become inputs, to be compared. */
function encodingOf(preprocessing: TablePreprocessing | undefined): string | undefined {
  return preprocessing && JSON.stringify([preprocessing.features, preprocessing.target]);
}

/** The layers up to those that answer the classes of the student, which may be the finer ones of a model with both labels. */
function answering(
  layers: readonly LayerDescription[],
  { answers, labelNames }: Model,
  { train, classGroups }: Pick<TrainSettings, "classGroups"> & { readonly train: TaughtData },
): readonly LayerDescription[] {
  const last = layers.at(-1);
  const wanted = train.labelNames;
  if (answers === "classes" && labelNames.join("\n") === wanted.join("\n")) return layers;
  if (last?.kind === "groupClasses" && classGroups && last.groups.join() === classGroups.join())
    return layers.slice(0, -1);
  const shown = (names: readonly string[]) => `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
  throw new SettingsError(
    `teacher: expected the classes of ${train.name} (${shown(wanted)}; ${wanted.length}), found ${answers === "classes" ? shown(labelNames) : answers} (${labelNames.length})`,
  );
}
