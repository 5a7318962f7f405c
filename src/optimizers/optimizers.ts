import * as v from "valibot";
import { decay, notNegative, parsePlain } from "../schema.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { Lion } from "./lion.ts";
import { Muon } from "./muon.ts";
import { Nadam } from "./nadam.ts";
import type { Optimizer, Trainable } from "./optimizer.ts";
import { Rmsprop } from "./rmsprop.ts";
import { Sgd } from "./sgd.ts";

/** @inline */
type OptionsSchema = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** One kind of optimizer as data. */
export interface OptimizerKind<Options extends OptionsSchema> {
  /** the default learning rate */
  readonly learningRate: number;
  /** its own options, besides the learning rate and the decay that all have */
  readonly options: Options;
  readonly create: new (network: Trainable, options: { readonly learningRate: number }) => Optimizer;
}

const optimizerKind = <Options extends OptionsSchema>(kind: OptimizerKind<Options>) => kind;

/** Every optimizer: the type of its name, the settings, the choices of the command and `makeOptimizer` come from here. */
export const optimizers = {
  sgd: optimizerKind({
    learningRate: 0.1,
    options: v.strictObject({ momentum: v.optional(decay), nesterov: v.optional(v.boolean()) }),
    create: Sgd,
  }),
  adam: optimizerKind({
    learningRate: 1e-3,
    options: v.strictObject({
      beta1: v.optional(decay),
      beta2: v.optional(decay),
      epsilon: v.optional(notNegative),
      amsgrad: v.optional(v.boolean()),
    }),
    create: Adam,
  }),
  nadam: optimizerKind({
    learningRate: 2e-3,
    options: v.strictObject({
      beta1: v.optional(decay),
      beta2: v.optional(decay),
      epsilon: v.optional(notNegative),
      momentumDecay: v.optional(notNegative),
    }),
    create: Nadam,
  }),
  rmsprop: optimizerKind({
    learningRate: 1e-3,
    options: v.strictObject({ alpha: v.optional(decay), epsilon: v.optional(notNegative) }),
    create: Rmsprop,
  }),
  adagrad: optimizerKind({
    learningRate: 1e-2,
    options: v.strictObject({ epsilon: v.optional(notNegative) }),
    create: Adagrad,
  }),
  lion: optimizerKind({
    learningRate: 1e-4,
    options: v.strictObject({ beta1: v.optional(decay), beta2: v.optional(decay) }),
    create: Lion,
  }),
  muon: optimizerKind({
    learningRate: 0.02,
    options: v.strictObject({
      momentum: v.optional(decay),
      nesterov: v.optional(v.boolean()),
      adamRatio: v.optional(notNegative),
      adamLayers: v.optional(v.array(v.string())),
      beta1: v.optional(decay),
      beta2: v.optional(decay),
      epsilon: v.optional(notNegative),
    }),
    create: Muon,
  }),
};

export type OptimizerName = keyof typeof optimizers;

export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

/** An optimizer as plain data: { kind: "adam", learningRate: 0.001 }. */
export type OptimizerSettings = {
  [Kind in OptimizerName]: {
    readonly kind: Kind;
    readonly learningRate: number;
    readonly weightDecay?: number | undefined;
    readonly scaledWeightDecay?: number | undefined;
  } & v.InferInput<(typeof optimizers)[Kind]["options"]>;
}[OptimizerName];

/** The optimizer of a network. Throws SettingsError for settings that it does not have. */
export function makeOptimizer(settings: OptimizerSettings, network: Trainable): Optimizer {
  parsePlain(v.looseObject({ kind: v.picklist(optimizerNames) }), settings, "optimizer");
  const { kind, ...options } = settings;
  const common = {
    learningRate: notNegative,
    weightDecay: v.optional(notNegative),
    scaledWeightDecay: v.optional(notNegative),
  };
  const schema = v.strictObject({ ...common, ...optimizers[kind].options.entries });
  return new optimizers[kind].create(network, parsePlain(schema, options, `optimizer ${kind}`));
}
