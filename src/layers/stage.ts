import type { Tensor } from "../tensor/tensor.ts";
import type { Layer, Pass } from "./layer.ts";

/** What a network computes at a time: a layer, or two layers that share their passes over memory. */
export type Stage = Pick<Layer, "parameters" | "forward" | "backward" | "backwardParameters">;

/** Two layers, one after the other; subclasses compute both at once where they can, with the same bits. The second has no parameters. */
export class Pair<First extends Layer, Second extends Layer> implements Stage {
  protected readonly first: First;
  protected readonly second: Second;

  constructor(first: First, second: Second) {
    this.first = first;
    this.second = second;
  }

  get parameters() {
    return this.first.parameters;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.second.forward(this.first.forward(x, pass), pass);
  }

  backward(dz: Tensor): Tensor {
    return this.first.backward(this.second.backward(dz));
  }

  backwardParameters(dz: Tensor): void {
    this.first.backwardParameters(this.second.backward(dz));
  }

  /** Whether both layers compute what their classes state: a subclass or a caller may have replaced a method. */
  protected computes(...classes: readonly { readonly prototype: Layer }[]): boolean {
    return [this.first, this.second].every(
      ({ forward, backward }, i) =>
        forward === classes[i].prototype.forward && backward === classes[i].prototype.backward,
    );
  }
}
