import type { Kernels } from "../kernels/kernels.ts";
import { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { type DType, dtypeOf, formatShape, type Numbers, type Shape, sizeOf, Tensor, zeros } from "../tensor/tensor.ts";
import { evaluation, Layer, type Pass } from "./layer.ts";

/**
 * Layers, one after the other. All parameters lie in one flat buffer and all gradients in another, in layer order, so an
 * optimizer is one pass over `values` and `gradients`; a named parameter is a view on them.
 *
 * Layers with parameters that have no name yet become fc1, fc2, … Throws ShapeError when the layers mix numeric types.
 */
export class Sequential extends Layer {
  readonly kind = "sequential";
  readonly layers: readonly Layer[];
  readonly dtype: DType;
  readonly values: Numbers;
  readonly gradients: Numbers;
  override readonly parameters: readonly Parameter[];
  private readonly byName = new Map<string, Parameter>();
  private checkedShape = "";

  constructor(layers: readonly Layer[], { kernels }: { readonly kernels?: Kernels } = {}) {
    super();
    this.layers = layers;
    this.workspace = new Workspace(kernels);
    this.parameters = layers.flatMap((layer) => layer.parameters);
    this.dtype = commonType(this.parameters);
    const size = this.parameters.reduce((sum, { value }) => sum + value.size, 0);
    const allocate = () => (size > 0 ? this.workspace.kernels.allocate(this.dtype, size) : zeros(this.dtype, 0));
    this.values = allocate();
    this.gradients = allocate();
    this.adopt();
    this.attach(this.workspace);
  }

  outputShape(inputShape: Shape): Shape {
    let shape = inputShape;
    const chain = [formatShape(shape)];
    for (const layer of this.layers) {
      try {
        shape = layer.outputShape(shape);
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        throw new ShapeError(`${error.message}\n  ${chain.join(" → ")} → ${layer.describe()} ✗`, { cause: error });
      }
      chain.push(`${layer.describe()} ${formatShape(shape)}`);
    }
    return shape;
  }

  /** The outputs (logits) for a batch. Throws ShapeError with the whole chain of shapes when the batch does not fit. */
  forward(x: Tensor, pass: Pass = evaluation): Tensor {
    this.check(x);
    return this.layers.reduce((activation, layer) => layer.forward(activation, pass), x);
  }

  backward(dy: Tensor): Tensor {
    return this.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
  }

  override backwardParameters(dy: Tensor): void {
    const first = this.layers.findIndex((layer) => layer.parameters.length > 0);
    if (first < 0) return;
    const gradient = this.layers.slice(first + 1).reduceRight((gradient, layer) => layer.backward(gradient), dy);
    this.layers[first].backwardParameters(gradient);
  }

  get parameterNames(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** A copy of a parameter's value. Throws ShapeError for a name that is not there. */
  getParameter(name: string): Tensor {
    return this.find(name).value.clone();
  }

  /** A copy of the gradient that the last backward pass left. */
  getGradient(name: string): Tensor {
    return this.find(name).gradient.clone();
  }

  /** Sets one parameter; numbers of the other type are converted. Throws ShapeError when name or shape do not fit. */
  assign(name: string, value: Tensor): void {
    const parameter = this.find(name);
    if (formatShape(value.shape) !== formatShape(parameter.value.shape)) {
      throw new ShapeError(`${name}: expected ${formatShape(parameter.value.shape)}, got ${formatShape(value.shape)}`);
    }
    parameter.value.data.set(value.data);
  }

  /** All parameters by name, as copies: what `load` takes and what is written to files. */
  save(): Record<string, Tensor> {
    return Object.fromEntries([...this.byName].map(([name, { value }]) => [name, value.clone()]));
  }

  /** Sets all parameters by name; nothing is changed unless every name and shape fits. Throws ShapeError. */
  load(parameters: Readonly<Record<string, Tensor>>): void {
    const wanted = this.parameterNames.join(", ");
    const got = Object.keys(parameters).join(", ");
    for (const [name, { value }] of this.byName) {
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

  /** Moves the parameters of all layers into the flat buffers, as views, and names them. */
  private adopt(): void {
    let offset = 0;
    for (const parameter of this.parameters) {
      const { shape, data } = parameter.value;
      const view = (buffer: Numbers) => new Tensor(shape, buffer.subarray(offset, offset + sizeOf(shape)));
      const value = view(this.values);
      value.data.set(data);
      parameter.value = value;
      parameter.gradient = view(this.gradients);
      offset += sizeOf(shape);
    }
    let linears = 0;
    for (const layer of this.layers) {
      if (layer.parameters.length > 0) linears++;
      if (layer.parameters.length > 0 && !layer.name) layer.name = `fc${linears}`;
      for (const parameter of layer.parameters) {
        const name = `${layer.name}_${parameter.key}`;
        if (this.byName.has(name))
          throw new ShapeError(`Sequential: two parameters are called ${name}; name the layers`);
        this.byName.set(name, parameter);
      }
    }
  }

  override attach(workspace: Workspace): void {
    super.attach(workspace);
    for (const layer of this.layers) layer.attach(workspace);
  }

  private check(x: Tensor): void {
    if (this.parameters.length > 0 && x.dtype !== this.dtype) {
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

  private find(name: string): Parameter {
    const parameter = this.byName.get(name);
    if (!parameter) throw new ShapeError(`no parameter is called ${name}; there are ${this.parameterNames.join(", ")}`);
    return parameter;
  }
}

function commonType(parameters: readonly Parameter[]): DType {
  const types = new Set(parameters.map(({ value }) => dtypeOf(value.data)));
  if (types.size > 1) throw new ShapeError("Sequential: the layers mix float32 and float64; give all the same dtype");
  return [...types][0] ?? "float32";
}
