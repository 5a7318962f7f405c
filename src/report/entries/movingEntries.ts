import type { Dct } from "../../layers/dct.ts";
import type { Patches } from "../../layers/patches.ts";
import { indexOfPlace, placeOfIndex } from "../../tensor/places.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { entryLine, indices, type LayerEntries, range, reader, readers } from "./entryFormula.ts";
import { product, sum } from "./expression.ts";

type Move = (of: TracedLayer, index: readonly number[]) => readonly number[];

/** Layers that only move numbers: `from` gives the place in x of an entry of y, `to` is the inverse. */
const moving = (from: Move, to: Move): LayerEntries => ({
  y: (of, index) => {
    const { x, y } = readers(of);
    return [entryLine(y(...index), x(...from(of, index)))];
  },
  dx: (of, index) => {
    const { dx, dy } = readers(of);
    return [entryLine(dx(...index), dy(...to(of, index)))];
  },
});

const same: Move = (_, index) => index;

/** Layers that are the identity in training */
export const identityEntries = moving(same, same);

export const flattenEntries = moving(
  ({ x, y }, index) => indexOfPlace(placeOfIndex(index, y.shape), x.shape),
  ({ x, y }, index) => indexOfPlace(placeOfIndex(index, x.shape), y.shape),
);

const swapped: Move = (_, [n, i, j]) => [n, j, i];
export const transposeEntries = moving(swapped, swapped);

/** y[n, (i, j), (u, v, c)] = x[n, i·p + u, j·p + v, c] */
export const patchesEntries = moving(
  ({ layer, x }, [n, token, place]) => {
    const { size } = layer as Patches;
    const [, , width, channels] = x.shape;
    const [i, j] = indexOfPlace(token, [x.shape[1] / size, width / size]);
    const [u, v, c] = indexOfPlace(place, [size, size, channels]);
    return [n, i * size + u, j * size + v, c];
  },
  ({ layer, x }, [n, row, column, c]) => {
    const { size } = layer as Patches;
    const [, height, width, channels] = x.shape;
    const [i, j] = [Math.floor(row / size), Math.floor(column / size)];
    const token = placeOfIndex([i, j], [height / size, width / size]);
    return [n, token, placeOfIndex([row % size, column % size, c], [size, size, channels])];
  },
);

/** The products of cosines that tie the amplitude (u, v, d) to the pixel (i, j, c) */
const cosines = ({ layer }: TracedLayer) => {
  const { rows, columns, colours } = layer as Dct;
  const [r, s, t] = [reader("R", rows), reader("S", columns), reader("T", colours)];
  return ([u, v, d]: readonly number[], [i, j, c]: readonly number[]) => [r(u, i), s(v, j), t(d, c)];
};

/** y[u, v, d] = Σ x[i, j, c]·R[u, i]·S[v, j]·T[d, c] */
export const dctEntries: LayerEntries = {
  y: (of, [n, place]) => {
    const { x, y } = readers(of);
    const { keep, shape } = of.layer as Dct;
    const amplitude = indexOfPlace(place, [keep, keep, shape[2]]);
    const between = cosines(of);
    const terms = indices(shape).map((pixel) => product(x(n, ...pixel), ...between(amplitude, pixel)));
    return [entryLine(y(n, place), sum(...terms))];
  },
  dx: (of, [n, ...pixel]) => {
    const { dx, dy } = readers(of);
    const { keep, shape } = of.layer as Dct;
    const between = cosines(of);
    const all = [keep, keep, shape[2]];
    const terms = range(of.y.shape[1]).map((place) =>
      product(dy(n, place), ...between(indexOfPlace(place, all), pixel)),
    );
    return [entryLine(dx(n, ...pixel), sum(...terms))];
  },
};
