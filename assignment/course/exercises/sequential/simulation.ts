import type { Case } from "../../exercise.ts";
import { mapped, product, quantity, transposed, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

/** A layer that a check gives: y = x·w, plus `shift` in training; without w, y = x². */
export interface GivenLayer {
  readonly w?: Quantity;
  readonly shift: number;
}

export interface NetworkCase extends Case {
  readonly layers: readonly GivenLayer[];
  readonly x: Quantity;
  readonly dy: Quantity;
}

/** How the layers are used; omitted parts are right. */
export interface Use {
  /** the places of the layers in the order in which forward, and backward, uses them */
  readonly forward?: readonly number[];
  readonly backward?: readonly number[];
  /** whether each layer gets the result of the one before, not the argument */
  readonly isForwardChained?: boolean;
  readonly isBackwardChained?: boolean;
  /** whether a layer is told that this is training */
  readonly isTraining?: (place: number) => boolean;
}

export interface Pass {
  readonly y: Quantity;
  readonly dx: Quantity;
  /** of each layer that has w; zeros if backward did not reach it */
  readonly gradients: readonly Quantity[];
}

const added = (a: Quantity, by: number): Quantity => mapped(a, (value) => value + by);

/** One forward and backward pass. */
export function simulate({ layers, x, dy }: NetworkCase, use: Use = {}): Pass {
  const places = layers.map((_, place) => place);
  const {
    forward = places,
    backward = places.toReversed(),
    isForwardChained = true,
    isBackwardChained = true,
    isTraining = () => true,
  } = use;
  const inputs = new Map<number, Quantity>();
  let y = x;
  for (const place of forward) {
    const input = isForwardChained ? y : x;
    const { w, shift } = layers[place];
    inputs.set(place, input);
    y = w ? added(product(input, w), isTraining(place) ? shift : 0) : mapped(input, (value) => value * value);
  }
  const gradients = layers.map(({ w }) => w && mapped(w, () => 0));
  let dx = dy;
  for (const place of backward) {
    const gradient = isBackwardChained ? dx : dy;
    const { w } = layers[place];
    const input = inputs.get(place) ?? x;
    if (w) gradients[place] = product(transposed(input), gradient);
    dx = w ? product(gradient, transposed(w)) : zipped(gradient, input, (d, value) => 2 * value * d);
  }
  return { y, dx, gradients: gradients.filter((one) => one !== undefined) };
}

/** All numbers in one vector. */
export const joined = (all: readonly Quantity[]): Quantity =>
  quantity(
    [all.reduce((size, { data }) => size + data.length, 0)],
    all.flatMap(({ data }) => [...data]),
  );
