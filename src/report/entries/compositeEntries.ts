import type { Residual } from "../../layers/residual.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { entryLine, type LayerEntries, reader, readers } from "./entryFormula.ts";
import { sum } from "./expression.ts";

/** The outputs of the two branches of a residual block, and the gradients of their inputs; a shortcut is a network too. */
function waysOf({
  layer,
  inner,
  x,
  dy,
}: TracedLayer): Readonly<Record<"y" | "dx", readonly [direct: Way, inner: Way]>> {
  const isShort = (layer as Residual).shortcut !== undefined;
  const [first, last] = isShort ? [inner[0], inner[0]] : [inner[0], inner[inner.length - 1]];
  return {
    y: [isShort ? ["s", inner[1].y] : ["x", x], ["f", last.y]],
    dx: [isShort ? ["ds", inner[1].dx] : ["dy", dy], ["df", first.dx]],
  };
}

type Way = readonly [array: string, tensor: Tensor];

/** y = x + f(x), dx = dy + the gradient through f */
export const residualEntries: LayerEntries = {
  y: (of, index) => {
    const terms = waysOf(of).y.map(([array, tensor]) => reader(array, tensor)(...index));
    return [entryLine(readers(of).y(...index), sum(...terms))];
  },
  dx: (of, index) => {
    const terms = waysOf(of).dx.map(([array, tensor]) => reader(array, tensor)(...index));
    return [entryLine(readers(of).dx(...index), sum(...terms))];
  },
};

/** The output of its last layer, the gradient of its first */
export const sequentialEntries: LayerEntries = {
  y: (of, index) => [entryLine(readers(of).y(...index), reader("f", of.inner[of.inner.length - 1].y)(...index))],
  dx: (of, index) => [entryLine(readers(of).dx(...index), reader("df", of.inner[0].dx)(...index))],
};

/** In training the outputs of the members one below the other; the gradient of the input is the sum of theirs. */
export const ensembleEntries: LayerEntries = {
  y: (of, [row, k]) => {
    const batch = of.x.shape[0];
    const member = Math.floor(row / batch);
    return [entryLine(readers(of).y(row, k), reader(`f${member + 1}`, of.inner[member].y)(row % batch, k))];
  },
  dx: (of, index) => {
    const terms = of.inner.map(({ dx }, member) => reader(`df${member + 1}`, dx)(...index));
    return [entryLine(readers(of).dx(...index), sum(...terms))];
  },
};
