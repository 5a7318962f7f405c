import type { LayerCase } from "../../layerExperiments.ts";
import { quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface EmbeddingCase extends LayerCase {
  readonly w: Quantity;
}

/** The rows of the table, each by its token. */
export function gathered(
  { x, w }: EmbeddingCase,
  entry = (token: number, c: number): number => w.data[token * w.shape[1] + c],
): Quantity {
  const width = w.shape[1];
  const data = [...x.data].flatMap((token) => Array.from({ length: width }, (_, c) => entry(token, c) ?? Number.NaN));
  return quantity([...x.shape, width], data);
}

export interface Scattering {
  /** the row of dw that the dy of a token is added to */
  readonly row?: (token: number, at: number) => number;
  readonly place?: (row: number, c: number, shape: readonly number[]) => number;
  /** the new value of a number of dw, which was `before` */
  readonly add?: (before: number, gradient: number, occurrence: number, token: number) => number;
  readonly only?: (at: number, x: Quantity) => boolean;
}

/** dw: the sum of the dy of each token. */
export function scattered(
  { x, w, dy }: EmbeddingCase,
  {
    row = (token) => token,
    place = (r, c, [, width]) => r * width + c,
    add = (before, gradient) => before + gradient,
    only = () => true,
  }: Scattering = {},
): Quantity {
  const width = w.shape[1];
  const dw = new Float64Array(w.data.length);
  const seen = new Map<number, number>();
  x.data.forEach((token, at) => {
    const occurrence = seen.get(token) ?? 0;
    seen.set(token, occurrence + 1);
    if (!only(at, x)) return;
    for (let c = 0; c < width; c++) {
      const to = place(row(token, at), c, w.shape);
      if (to in dw) dw[to] = add(dw[to], dy.data[at * width + c], occurrence, token);
    }
  });
  return quantity(w.shape, dw);
}
