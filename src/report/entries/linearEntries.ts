import type { PiecewiseLinear } from "../../layers/piecewiseLinear.ts";
import type { PositionEmbedding } from "../../layers/positionEmbedding.ts";
import type { Scale } from "../../layers/scale.ts";
import { RandomState } from "../../random/randomState.ts";
import { placeOfIndex } from "../../tensor/places.ts";
import { type Tensor, zeros } from "../../tensor/tensor.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import {
  type EntryFormula,
  entryLine,
  indices,
  type LayerEntries,
  range,
  reader,
  readers,
  total,
} from "./entryFormula.ts";
import { call, type Expression, indicator, number, product, sum } from "./expression.ts";

const zero = number(0);

/** The indices of all rows: all dimensions but the last. */
const rowsOf = ({ shape }: Tensor): number[][] => indices(shape.slice(0, -1));

/** y = x·W + b over the last dimension */
export const linearEntries: LayerEntries = {
  y: (of, index) => {
    const { x, y, of: key } = readers(of);
    const [row, j] = [index.slice(0, -1), index.at(-1) as number];
    const terms = range(of.x.shape.at(-1) as number).map((k) => product(x(...row, k), key("w")(k, j)));
    return [entryLine(y(...index), sum(...terms, key("b")(j)))];
  },
  dx: (of, index) => {
    const { dx, dy, of: key } = readers(of);
    const [row, k] = [index.slice(0, -1), index.at(-1) as number];
    const terms = range(of.dy.shape.at(-1) as number).map((j) => product(dy(...row, j), key("w")(k, j)));
    return [entryLine(dx(...index), sum(...terms))];
  },
  parameters: {
    w: (of, [k, j]) => {
      const { x, dy, gradient } = readers(of);
      const terms = rowsOf(of.x).map((row) => product(x(...row, k), dy(...row, j)));
      return [entryLine(gradient("w")(k, j), sum(...terms))];
    },
    b: (of, [j]) => {
      const { dy, gradient } = readers(of);
      return [entryLine(gradient("b")(j), sum(...rowsOf(of.dy).map((row) => dy(...row, j))))];
    },
  },
};

/** One slope for all, or one for each number of the last dimension */
export const pReluEntries: LayerEntries = {
  y: (of, index) => {
    const { x, y } = readers(of);
    const value = x(...index);
    return [entryLine(y(...index), sum(call("max", zero, value), product(slope(of, index), call("min", zero, value))))];
  },
  dx: (of, index) => {
    const { x, dx, dy } = readers(of);
    const value = x(...index);
    const both = sum(indicator(value, ">", zero), product(slope(of, index), indicator(value, "≤", zero)));
    return [entryLine(dx(...index), product(dy(...index), both))];
  },
  parameters: {
    w: (of, [c]) => {
      const { x, dy, gradient } = readers(of);
      const all = of.parameters[0].value.size === 1;
      const used = indices(of.x.shape).filter((index) => all || index.at(-1) === c);
      const terms = used.map((index) => product(dy(...index), call("min", zero, x(...index))));
      return [entryLine(gradient("w")(c), sum(...terms))];
    },
  },
};

function slope(of: TracedLayer, index: readonly number[]): Expression {
  const w = readers(of).of("w");
  return of.parameters[0].value.size === 1 ? w(0) : w(index.at(-1) as number);
}

/** A fixed factor for each element, forward and backward */
const elementwise = (factor: (of: TracedLayer, index: readonly number[]) => Expression): LayerEntries => ({
  y: (of, index) => {
    const { x, y } = readers(of);
    return [entryLine(y(...index), product(x(...index), factor(of, index)))];
  },
  dx: (of, index) => {
    const { dx, dy } = readers(of);
    return [entryLine(dx(...index), product(dy(...index), factor(of, index)))];
  },
});

export const scaleEntries = elementwise(({ layer }) => number((layer as Scale).factor, "a"));

/** The mask is drawn again from the saved state of the stream. */
export const dropoutEntries = elementwise(({ layer, random, x }, index) => {
  const { keepProb } = layer as unknown as { readonly keepProb: number };
  const isIdentity = keepProb === 0 || keepProb === 1;
  const mask = zeros(x.dtype, x.size).fill(1);
  if (!isIdentity) RandomState.fromState(random).fillKeepMask(mask, keepProb);
  return number(mask[placeOfIndex(index, x.shape)], "m", index);
});

/** y = w[x] */
export const embeddingEntries: LayerEntries = {
  y: (of, index) => {
    const { x, y, of: key } = readers(of);
    const row = x(...index.slice(0, -1)).value;
    return [entryLine(y(...index), key("w")(row, index.at(-1) as number))];
  },
  dx: (of, index) => [entryLine(readers(of).dx(...index), zero)],
  parameters: {
    w: (of, [row, j]) => {
      const { x, dy, gradient } = readers(of);
      const used = indices(of.x.shape).filter((place) => x(...place).value === row);
      return [
        entryLine(
          gradient("w")(row, j),
          total(used, (place) => dy(...place, j)),
        ),
      ];
    },
  },
};

/** y = x + w, the row of w by position */
export const positionEmbeddingEntries: LayerEntries = {
  y: (of, [n, i, j]) => {
    const { x, y } = readers(of);
    // sines and cosines are no parameter
    const w = of.parameters[0]?.value ?? (of.layer as PositionEmbedding).w.value;
    return [entryLine(y(n, i, j), sum(x(n, i, j), reader("w", w)(i, j)))];
  },
  dx: (of, index) => {
    const { dx, dy } = readers(of);
    return [entryLine(dx(...index), dy(...index))];
  },
  parameters: {
    w: (of, [i, j]) => {
      const { dy, gradient } = readers(of);
      const [batch, tokens] = of.x.shape;
      return [
        entryLine(
          gradient("w")(i, j),
          total(range(i < tokens ? batch : 0), (n) => dy(n, i, j)),
        ),
      ];
    },
  },
};

/** y = max(−1, min(1, 2·(x − e)/(e′ − e) − 1)) for each bin from e to e′ */
export const piecewiseLinearEntries: LayerEntries = {
  y: (of, [n, t]): EntryFormula => {
    const { x, y } = readers(of);
    const { column, scale, shift } = (of.layer as PiecewiseLinear).bins[t];
    const value = sum(product(number(scale, "s"), x(n, column)), number(shift, "c"));
    const limited = call("max", number(-1), call("min", number(1), value));
    return [entryLine(y(n, t), scale === 0 ? x(n, column) : limited)];
  },
  dx: (of, [n, column]) => {
    const { x, dx, dy } = readers(of);
    const { bins } = of.layer as PiecewiseLinear;
    const own = range(bins.length).filter((t) => bins[t].column === column);
    const term = (t: number): Expression => {
      const { scale, shift } = bins[t];
      if (scale === 0) return dy(n, t);
      const inside = call("abs", sum(product(number(scale, "s"), x(n, column)), number(shift, "c")));
      return product(number(scale, "s"), dy(n, t), indicator(inside, "≤", number(1)));
    };
    return [entryLine(dx(n, column), total(own, term))];
  },
};
