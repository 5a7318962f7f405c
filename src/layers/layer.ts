import { Workspace } from "../kernels/workspace.ts";
import type { RandomState } from "../random/randomState.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { formatShape, type Numbers, type Shape, sizeOf, Tensor } from "../tensor/tensor.ts";

/** Training needs a random stream (dropout draws its masks from it); evaluation is deterministic. */
export type Pass = TrainPass | EvaluatePass;

export interface EvaluatePass {
  readonly mode: "evaluate";
  /** batch normalization normalizes by the statistics of this batch, which get this share in the running ones */
  readonly share?: number;
}

export interface TrainPass {
  readonly mode: "train";
  readonly random: RandomState;
  /**
   * false if only the gradients of parameters are asked for, by `backwardParameters`: layers before the first parameter then keep nothing
   * (default: true)
   */
  readonly inputGradient?: boolean;
}

export const evaluation: Pass = { mode: "evaluate" };

/**
 * One step of a network: a forward pass and, next to it, its backward pass.
 *
 * `forward` keeps what `backward` needs, so `backward` belongs to the last `forward`. Gradients of parameters are
 * overwritten, not accumulated.
 */
export abstract class Layer {
  /** as in descriptions of networks: "linear", "gelu", … */
  abstract readonly kind: string;
  name = "";
  readonly parameters: readonly Parameter[] = [];
  /** Arrays that are saved with the parameters but not trained, such as running means. */
  readonly buffers: readonly Buffer[] = [];
  workspace = new Workspace();
  private owner: Layer | undefined;

  /**
   * The shape of the output for inputs of the given shape, batch included; by default that of evaluation, if the modes differ
   * (EvaluationLayer). Throws ShapeError if the inputs do not fit.
   */
  abstract outputShape(inputShape: Shape, mode?: Pass["mode"]): Shape;
  abstract forward(x: Tensor, pass: Pass): Tensor;
  /** Computes ∂J/∂x from ∂J/∂y, and sets the gradients of the parameters. */
  abstract backward(dy: Tensor): Tensor;

  /** The same without ∂J/∂x, which is not needed for the first layer of a network. */
  backwardParameters(dy: Tensor): void {
    if (this.parameters.length > 0) this.backward(dy);
  }

  /** Its inputs are whole numbers, which have no derivative: gradient checks leave them out. */
  get discreteInput(): boolean {
    return false;
  }

  /** The layers inside of this one, in order. */
  get children(): readonly Layer[] {
    return [];
  }

  /** Whether all layers inside this one get its inputs, instead of the outputs of the layer before. */
  get isParallel(): boolean {
    return false;
  }

  /** The options that make an equal layer (but for its parameters), as plain data: those of its kind in layers/registry.ts. */
  options(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** The default name of layers of this kind in a network, to which a number is added: fc1, bn2. */
  get prefix(): string {
    return this.kind;
  }

  /** Multiplications followed by an addition for one input of the given shape, batch excluded; those of activations do not count. */
  multiplyAdds(_inputShape: Shape): number {
    return 0;
  }

  /** The names of its parameters within the layer, in order: "w", "b"; in a layer made of layers "fc1_w", … */
  get parameterKeys(): readonly string[] {
    return this.parameters.map(({ key }) => key);
  }

  get bufferKeys(): readonly string[] {
    return this.buffers.map(({ key }) => key);
  }

  /** Moves values and gradients of all its parameters into these buffers, one after the other; from then on they are views. */
  moveTo(values: Numbers, gradients: Numbers): void {
    let offset = 0;
    for (const parameter of this.parameters) {
      const { shape, data } = parameter.value;
      const view = (buffer: Numbers) => new Tensor(shape, buffer.subarray(offset, offset + sizeOf(shape)));
      const value = view(values);
      value.data.set(data);
      parameter.value = value;
      parameter.gradient = view(gradients);
      offset += sizeOf(shape);
    }
  }

  /**
   * Makes this layer a part of another one, which moves its parameters and names it. Throws ShapeError if it is a part already,
   * because two networks cannot share parameters.
   */
  belongTo(owner: Layer): void {
    if (this.owner) {
      throw new ShapeError(
        `${this.describe()}: expected a layer that is in no other network, found one that is; make a new layer for each network`,
      );
    }
    this.owner = owner;
  }

  /** From now on takes kernels and memory from this workspace, which all layers of a network share. */
  attach(workspace: Workspace): void {
    this.workspace = workspace;
  }

  /** "fc2 (linear 128→20)", the name of the layer in messages. */
  describe(): string {
    return this.name ? `${this.name} (${this.kind})` : this.kind;
  }

  /** The value that `forward` saved. Throws ShapeError if there was no forward pass. */
  protected saved<Value>(value: Value | undefined): Value {
    if (value === undefined)
      throw new ShapeError(`${this.describe()}: backward needs a forward pass in "train" mode first`);
    return value;
  }

  /** Throws ShapeError unless `dy` has the shape of the output. */
  protected expectGradient(dy: Tensor, outputShape: Shape): void {
    const wanted = formatShape(outputShape);
    this.expectShape("dy", dy.shape, wanted, formatShape(dy.shape) === wanted);
  }

  protected expectShape(what: string, shape: Shape, wanted: string, fits: boolean): void {
    if (!fits)
      throw new ShapeError(`${this.describe()}: expected ${what} of shape ${wanted}, got ${formatShape(shape)}`);
  }
}
