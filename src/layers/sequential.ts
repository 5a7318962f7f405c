import type { Kernels } from "../kernels/kernels.ts";
import { Workspace } from "../kernels/workspace.ts";
import { SettingsError, ShapeError, typeName } from "../tensor/errors.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { type DType, dtypeOf, formatShape, type Numbers, type Shape, Tensor, zeros } from "../tensor/tensor.ts";
import { evaluation, Layer, type Pass } from "./layer.ts";
import type { Stage } from "./stage.ts";
import { stagesOf } from "./stages.ts";
import { summarize } from "./summary.ts";

/**
 * Layers, one after the other. All parameters are in one flat buffer and all gradients in another, in layer order, so an optimizer is one
 * pass over `values` and `gradients`; a named parameter is a view on them. This includes the parameters of layers inside layers, which are
 * named by their whole path: res1_fc1_w.
 *
 * Layers with parameters that have no name yet are named by their kind and a number: fc1, fc2, bn1, ln1, res1. Throws SettingsError for
 * anything else than a list of layers, ShapeError if the layers mix numeric types or two parameters get the same name.
 */
export class Sequential extends Layer {
  readonly kind = "sequential";
  readonly layers: readonly Layer[];
  private readonly stages: readonly Stage[];
  /** the first stage with parameters, or the number of stages */
  private readonly firstTrained: number;
  readonly dtype: DType;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Buffer[];
  private flat: { readonly values: Numbers; readonly gradients: Numbers };
  private readonly byName = new Map<string, Parameter>();
  private readonly buffersByName = new Map<string, Buffer>();
  private checkedShape = "";

  constructor(layers: readonly Layer[], { kernels }: { readonly kernels?: Kernels } = {}) {
    super();
    checkLayers(layers);
    this.layers = layers;
    this.stages = stagesOf(layers);
    const first = this.stages.findIndex((stage) => stage.parameters.length > 0);
    this.firstTrained = first < 0 ? this.stages.length : first;
    for (const layer of layers) layer.belongTo(this);
    this.workspace = new Workspace(kernels);
    this.parameters = layers.flatMap((layer) => layer.parameters);
    this.buffers = layers.flatMap((layer) => layer.buffers);
    this.dtype = commonType([...this.parameters, ...this.buffers]);
    const size = this.parameters.reduce((sum, { value }) => sum + value.size, 0);
    const allocate = () => (size > 0 ? this.workspace.kernels.allocate(this.dtype, size) : zeros(this.dtype, 0));
    this.flat = { values: allocate(), gradients: allocate() };
    this.moveTo(this.values, this.gradients);
    this.nameAll();
    this.attach(this.workspace);
  }

  /** All parameters, one after the other. */
  get values(): Numbers {
    return this.flat.values;
  }

  /** All gradients, in the order of `values`. */
  get gradients(): Numbers {
    return this.flat.gradients;
  }

  outputShape(inputShape: Shape, mode?: Pass["mode"]): Shape {
    let shape = inputShape;
    const chain = [formatShape(shape)];
    for (const layer of this.layers) {
      try {
        shape = layer.outputShape(shape, mode);
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        throw new ShapeError(`${error.message}\n  ${chain.join(" → ")} → ${layer.describe()} ✗`, { cause: error });
      }
      chain.push(`${layer.describe()} ${formatShape(shape)}`);
    }
    return shape;
  }

  /** The outputs (logits) for a batch. Throws ShapeError with the whole chain of shapes if the batch does not fit. */
  forward(x: Tensor, pass: Pass = evaluation): Tensor {
    this.check(x);
    const { firstTrained } = this;
    const later = pass.mode === "train" ? { ...pass, inputGradient: true } : pass;
    return this.stages.reduce((activation, stage, i) => stage.forward(activation, i < firstTrained ? pass : later), x);
  }

  backward(dy: Tensor): Tensor {
    return this.stages.reduceRight((gradient, stage) => stage.backward(gradient), dy);
  }

  /** After each stage, `onFinal` gets the place in `gradients` from which on all are final. */
  override backwardParameters(dy: Tensor, onFinal?: (offset: number) => void): void {
    const { stages, firstTrained } = this;
    let offset = this.gradients.length;
    const gradient = stages.slice(firstTrained + 1).reduceRight((gradient, stage) => {
      const next = stage.backward(gradient);
      if (onFinal) {
        offset -= stage.parameters.reduce((sum, { value }) => sum + value.size, 0);
        onFinal(offset);
      }
      return next;
    }, dy);
    stages[firstTrained]?.backwardParameters(gradient);
  }

  override get children(): readonly Layer[] {
    return this.layers;
  }

  override get discreteInput(): boolean {
    return this.layers[0]?.discreteInput ?? false;
  }

  /** A table of layers, shapes, parameters and multiply-adds for inputs of a shape, without the batch: `summary([32, 32, 3])`. */
  summary(inputShape: Shape): string {
    return String(summarize(this, inputShape));
  }

  override multiplyAdds(inputShape: Shape): number {
    let [shape, sum]: [Shape, number] = [inputShape, 0];
    for (const layer of this.layers) {
      sum += layer.multiplyAdds(shape);
      shape = layer.outputShape([1, ...shape], "train").slice(1);
    }
    return sum;
  }

  get parameterNames(): readonly string[] {
    return [...this.byName.keys()];
  }

  override get parameterKeys(): readonly string[] {
    return this.parameterNames;
  }

  override get bufferKeys(): readonly string[] {
    return [...this.buffersByName.keys()];
  }

  /** A copy of the value of a parameter or buffer. Throws ShapeError for a name that is not there. */
  getParameter(name: string): Tensor {
    return this.find(name).value.clone();
  }

  /** A copy of the gradient of the last backward pass. */
  getGradient(name: string): Tensor {
    const found = this.find(name);
    if (!("gradient" in found)) throw new ShapeError(`${name} is not trained: it has no gradient`);
    return found.gradient.clone();
  }

  /** Sets one parameter or buffer; numbers of the other type are converted. Throws ShapeError if name or shape do not fit. */
  assign(name: string, value: Tensor): void {
    const parameter = this.find(name);
    if (formatShape(value.shape) !== formatShape(parameter.value.shape)) {
      throw new ShapeError(`${name}: expected ${formatShape(parameter.value.shape)}, got ${formatShape(value.shape)}`);
    }
    parameter.value.data.set(value.data);
  }

  /** All parameters and buffers by name, as copies: the input of `load` and the content of files. */
  save(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.byName, ...this.buffersByName].map(([name, { value }]) => [name, value.clone()]),
    );
  }

  /** Sets all parameters and buffers by name; nothing is changed unless every name and shape fits. Throws ShapeError. */
  load(parameters: Readonly<Record<string, Tensor>>): void {
    const all = new Map([...this.byName, ...this.buffersByName]);
    const wanted = [...all.keys()].join(", ");
    const got = Object.keys(parameters).join(", ");
    for (const [name, { value }] of all) {
      if (!Object.hasOwn(parameters, name))
        throw new ShapeError(`load: ${name} is missing; wanted ${wanted}; got ${got}`);
      const { shape } = parameters[name];
      if (formatShape(shape) !== formatShape(value.shape)) {
        throw new ShapeError(`load: ${name} must be ${formatShape(value.shape)}, got ${formatShape(shape)}`);
      }
    }
    for (const name of Object.keys(parameters)) this.find(name);
    for (const name of Object.keys(parameters)) this.assign(name, parameters[name]);
  }

  /** Layer by layer, so that a network inside this one also gets its new place. */
  override moveTo(values: Numbers, gradients: Numbers): void {
    let offset = 0;
    for (const layer of this.layers) {
      const end = layer.parameters.reduce((sum, { value }) => sum + value.size, offset);
      layer.moveTo(values.subarray(offset, end), gradients.subarray(offset, end));
      offset = end;
    }
    this.flat = { values, gradients };
  }

  private nameAll(): void {
    const names = automaticNames(this.layers);
    for (const [i, layer] of this.layers.entries()) {
      if (!isNamed(layer)) continue;
      if (!layer.name) layer.name = names[i];
      layer.parameterKeys.forEach((key, j) => {
        this.add(`${layer.name}_${key}`, layer.parameters[j], this.byName);
      });
      layer.bufferKeys.forEach((key, j) => {
        this.add(`${layer.name}_${key}`, layer.buffers[j], this.buffersByName);
      });
    }
  }

  private add<Named>(name: string, named: Named, into: Map<string, Named>): void {
    if (this.byName.has(name) || this.buffersByName.has(name))
      throw new ShapeError(`Sequential: two parameters are called ${name}; name the layers`);
    into.set(name, named);
  }

  override attach(workspace: Workspace): void {
    super.attach(workspace);
    for (const layer of this.layers) layer.attach(workspace);
  }

  private check(x: Tensor): void {
    if (!(x instanceof Tensor)) {
      throw new ShapeError(`Sequential: input: expected a Tensor, found ${typeName(x)}; tensor([[1, 2]]) makes one`);
    }
    if (this.parameters.length + this.buffers.length > 0 && x.dtype !== this.dtype) {
      throw new ShapeError(
        `Sequential: the network is ${this.dtype}, the input ${x.dtype}; convert with clone("${this.dtype}")`,
      );
    }
    const shape = formatShape(x.shape);
    if (shape === this.checkedShape) return;
    if (x.size === 0) throw new ShapeError(`Sequential: the input is empty, ${shape}`);
    this.outputShape(x.shape);
    this.checkedShape = shape;
  }

  private find(name: string): Parameter | Buffer {
    const parameter = this.byName.get(name) ?? this.buffersByName.get(name);
    if (!parameter) throw new ShapeError(`no parameter is called ${name}; there are ${this.parameterNames.join(", ")}`);
    return parameter;
  }
}

function checkLayers(layers: readonly Layer[]): void {
  if (!Array.isArray(layers)) {
    const found = isLayer(layers) ? "a layer" : typeName(layers);
    throw new SettingsError(`Sequential: expected a list of layers, found ${found}; write new Sequential([a, b])`);
  }
  const wrong = layers.findIndex((layer) => !isLayer(layer));
  if (wrong < 0) return;
  throw new SettingsError(
    `Sequential: layers[${wrong}]: expected a layer, found ${typeName(layers[wrong])}; makeNetwork makes layers from plain data`,
  );
}

const isLayer = (value: unknown): boolean => typeof (value as Partial<Layer> | null)?.outputShape === "function";

/** Layers with parameters or buffers need a name. */
const isNamed = ({ parameters, buffers }: Layer): boolean => parameters.length + buffers.length > 0;

/** The default name of each layer in a network: "fc2" for the second linear one; "" if none is needed. */
export function automaticNames(layers: readonly Layer[]): string[] {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    if (!isNamed(layer)) return "";
    const number = (counts.get(layer.prefix) ?? 0) + 1;
    counts.set(layer.prefix, number);
    return `${layer.prefix}${number}`;
  });
}

function commonType(parameters: readonly Pick<Parameter, "value">[]): DType {
  const types = new Set(parameters.map(({ value }) => dtypeOf(value.data)));
  if (types.size > 1) throw new ShapeError("Sequential: the layers mix float32 and float64; give all the same dtype");
  return [...types][0] ?? "float32";
}
