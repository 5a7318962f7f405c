import { type Muon, type MuonPart, muonParts } from "../../optimizers/muon.ts";
import { decayOf } from "../../optimizers/optimizer.ts";
import { Orthogonalizer } from "../../optimizers/orthogonalize.ts";
import type { UpdateTrace } from "../../training/traceUpdate.ts";
import { type EntryFormula, step } from "./entryFormula.ts";
import { minus, number, product, root, sum } from "./expression.ts";
import { adamLines, updateNumbers } from "./updateNumbers.ts";

type MuonTrace = UpdateTrace & { readonly optimizer: Muon };

/** One entry of a matrix, or of what Adam trains. */
export function muonUpdate(of: MuonTrace, place: number): EntryFormula {
  const { optimizer, learningRate } = of;
  const parts = muonParts(optimizer.network, optimizer.adamLayers);
  const part = parts.find(({ start, end }) => start <= place && place < end) as MuonPart;
  if (part.matrix) return matrixLines(of, place, part.start, part.matrix);
  const { beta1, beta2, epsilon, adamRatio, weightDecay, scaledWeightDecay } = optimizer;
  const before = parts.slice(0, parts.indexOf(part)).filter(({ matrix }) => !matrix);
  const offset = before.reduce((sum, { start, end }) => sum + end - start, 0);
  const rate = adamRatio * learningRate;
  const decay = decayOf({ weightDecay, scaledWeightDecay, learningRate: rate });
  const placeOfV = offset + place - part.start;
  return adamLines(of, place, { rate: number(rate, "η"), beta1, beta2, epsilon, decay, placeOfV });
}

function matrixLines(
  of: MuonTrace,
  place: number,
  start: number,
  [rows, columns]: readonly [number, number],
): EntryFormula {
  const { momentum, nesterov } = of.optimizer;
  const { g, rate, old, moved, result } = updateNumbers(of, place);
  const mu = number(momentum, "μ");
  const blend = sum(old("m", "m"), product(minus(number(1), mu), minus(g, old("m", "m"))));
  const [mLine, m] = moved("m", "m", blend);
  const [dLine] = step("D", [], nesterov ? sum(g, product(mu, minus(m, g))) : m);
  const [oLine, o] = step("O", [], number(orthogonalized(of, start, rows, columns)[place - start], "orthogonal(D)"));
  const scale = root(number(Math.max(1, columns / rows), "max(1, n/m)"));
  return [mLine, dLine, oLine, result(product(rate, scale, o))];
}

/** The orthogonalized direction of the matrix that begins at `start`, by the code of the optimizer. */
function orthogonalized({ optimizer, gradients, after }: MuonTrace, start: number, rows: number, columns: number) {
  const { momentum, nesterov, network } = optimizer;
  const direction = after.state.buffers.m.slice(start, start + rows * columns);
  if (nesterov) {
    for (let i = 0; i < direction.length; i++) {
      const gradient = gradients[start + i];
      direction[i] = gradient + momentum * (direction[i] - gradient);
    }
  }
  const { kernels } = network.workspace;
  const own = kernels.allocate(direction instanceof Float32Array ? "float32" : "float64", direction.length);
  own.set(direction);
  new Orthogonalizer(kernels, own, [[rows, columns]]).apply(own, rows, columns);
  return own;
}
