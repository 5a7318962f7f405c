import type { Shape } from "./tensor.ts";

/** The index of an element: place 5 of (2, 3) is [1, 2]. */
export function indexOfPlace(place: number, shape: Shape): number[] {
  let rest = place;
  return shape.toReversed().reduce<number[]>((index, length) => {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
    return index;
  }, []);
}

/** The inverse: the position of an element in row-major order, from its index. */
export function placeOfIndex(index: readonly number[], shape: Shape): number {
  return shape.reduce((place, length, axis) => place * length + index[axis], 0);
}
