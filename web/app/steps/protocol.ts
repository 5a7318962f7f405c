import type { CheckedEntry } from "handgrad";
import type { StepRequest } from "./state.ts";

/** An array as it is sent from the worker to the page. */
export interface ArrayData {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface ParameterData {
  readonly key: string;
  /** "fc1_w" */
  readonly name: string;
  readonly value: ArrayData;
  readonly gradient: ArrayData;
  /** the position of its first entry among all parameters of the network */
  readonly offset: number;
}

export interface LayerData {
  /** its place in the network; longer for layers within layers */
  readonly path: readonly number[];
  readonly name: string;
  readonly kind: string;
  /** "fc1 (linear 2→3)" */
  readonly title: string;
  readonly x: ArrayData;
  readonly y: ArrayData;
  readonly dx: ArrayData;
  readonly dy: ArrayData;
  /** trained ones, of this layer itself */
  readonly parameters: readonly ParameterData[];
  /** frozen weights */
  readonly constants: readonly { readonly key: string; readonly value: ArrayData }[];
  /** the outputs of inner layers, such as f(x) of a residual block, and their gradients */
  readonly between: { readonly forward: Named; readonly backward: Named };
  readonly formulas: GeneralFormulas;
}

/** The general formula in both directions, as MathML, a piece for each part. */
export interface GeneralFormulas {
  readonly forward: readonly string[];
  readonly backward: readonly string[];
}

type Named = readonly { readonly name: string; readonly array: ArrayData }[];

export interface UpdateData {
  readonly kind: string;
  readonly learningRate: number;
  readonly gradients: Float64Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly formula: readonly string[];
}

/** All numbers of one training step. */
export interface StepData {
  readonly layers: readonly LayerData[];
  readonly loss: number;
  readonly lossKind: string;
  readonly lossFormulas: GeneralFormulas;
  readonly outputs: ArrayData;
  readonly dOutputs: ArrayData;
  readonly targets: ArrayData;
  readonly update: UpdateData;
  /** layers as JSON, which the user can change */
  readonly layersJson: string;
  /** the choices, from the tables of the library */
  readonly kinds: readonly string[];
  readonly losses: readonly string[];
  /** a sentence about the batch, if it is not that of an example */
  readonly note?: string | undefined;
}

/** A line of a formula as MathML, a piece for each term. */
export interface LineData {
  readonly name: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  readonly value: number;
  readonly assigns: boolean;
  /** whether it is a single number from another line or layer */
  readonly isSingle: boolean;
}

export interface EntryData {
  readonly lines: readonly LineData[];
  /** the entries from which it is computed */
  readonly sources: readonly { readonly array: string; readonly places: readonly number[] }[];
  readonly check?: CheckedEntry | undefined;
}

/** An entry of a layer by its number in `layers`; -1 is the loss, -2 the update. */
export interface EntryRequest {
  readonly layer: number;
  readonly array: string;
  readonly place: number;
}

/** A model file that the user chose. */
export interface ModelFile {
  readonly name: string;
  /** the stored run that it is from */
  readonly run?: string | undefined;
  readonly bytes: Uint8Array;
}

/** A kind of layer to insert before the last of some layers, which are given as JSON. */
export interface InsertRequest {
  readonly step: StepRequest;
  readonly layers: string;
  readonly kind: string;
}

/** A step that is open in the worker; the next one replaces it. */
export interface OpenStep extends StepData {
  readonly id: number;
}

/** The methods of the worker. */
export type StepsApi = {
  readonly open: (request: { readonly step: StepRequest; readonly model?: ModelFile | undefined }) => OpenStep;
  /** undefined if another step has been opened since */
  readonly entry: (request: EntryRequest & { readonly step: number }) => EntryData | undefined;
  readonly optionsToInsert: (request: InsertRequest) => object | undefined;
};
