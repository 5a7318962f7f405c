import type { BatchNorm } from "../../layers/batchNorm.ts";
import type { LayerNorm } from "../../layers/layerNorm.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { type EntryFormula, entryLine, indices, type LayerEntries, range, readers, step } from "./entryFormula.ts";
import {
  type Expression,
  evaluateExpression,
  minus,
  number,
  product,
  quotient,
  root,
  square,
  sum,
} from "./expression.ts";

type Index = readonly number[];

/** The entries that share a mean and a variance with an entry: its column over the batch, or its row. */
type Members = (of: TracedLayer, index: Index) => readonly Index[];

const column: Members = ({ x }, index) => indices(x.shape.slice(0, -1)).map((row) => [...row, index.at(-1) as number]);
const row: Members = ({ x }, index) => range(x.shape.at(-1) as number).map((j) => [...index.slice(0, -1), j]);

const feature = (index: Index): number => index.at(-1) as number;

/** μ, σ² and s = √(σ² + ε) of the members */
function moments(of: TracedLayer, members: readonly Index[], at: Index) {
  const { x } = readers(of);
  const count = number(members.length, "N");
  const mean = quotient(sum(...members.map((each) => x(...each))), count);
  const [meanLine, mu] = step("μ", at, mean);
  const [varianceLine, variance] = step(
    "σ²",
    at,
    quotient(sum(...members.map((each) => square(minus(x(...each), mu)))), count),
  );
  const { epsilon } = of.layer as BatchNorm | LayerNorm;
  const [deviationLine, deviation] = step("s", at, root(sum(variance, number(epsilon, "ε"))));
  const normalized = (index: Index): Expression => quotient(minus(x(...index), mu), deviation);
  return { lines: [meanLine, varianceLine, deviationLine], count, deviation, normalized };
}

/** Σ over members, each x̂ a number of its own */
const weighted = (members: readonly Index[], term: (index: Index) => Expression): Expression =>
  sum(...members.map(term));

const asNumber = (expression: Expression, symbol: string, index: Index): Expression =>
  number(evaluateExpression(expression), symbol, index);

const normEntries = (membersOf: Members, statisticsAt: (index: Index) => Index): LayerEntries => {
  const parts = (of: TracedLayer, index: Index) => {
    const members = membersOf(of, index);
    return { members, ...moments(of, members, statisticsAt(index)) };
  };
  const output = (of: TracedLayer, index: Index): EntryFormula => {
    const { y, of: key } = readers(of);
    const { lines, normalized } = parts(of, index);
    const [line, value] = step("x̂", index, normalized(index));
    const j = feature(index);
    return [...lines, line, entryLine(y(...index), sum(product(key("w")(j), value), key("b")(j)))];
  };
  // dx = (g − mean g − x̂·mean(g·x̂))/s with g = w·dy; both means over the members
  const input = (of: TracedLayer, index: Index): EntryFormula => {
    const { dx, dy, of: key } = readers(of);
    const { lines, normalized, members, count, deviation } = parts(of, index);
    const g = (each: Index): Expression => product(key("w")(feature(each)), dy(...each));
    const hat = (each: Index): Expression => asNumber(normalized(each), "x̂", each);
    const at = statisticsAt(index);
    const [hatLine, value] = step("x̂", index, normalized(index));
    const [gLine, own] = step("g", index, g(index));
    const [meanLine, mean] = step("a", at, quotient(weighted(members, g), count));
    const products = (each: Index): Expression => product(asNumber(g(each), "g", each), hat(each));
    const [slopeLine, slope] = step("c", at, quotient(weighted(members, products), count));
    const line = entryLine(dx(...index), quotient(minus(minus(own, mean), product(value, slope)), deviation));
    return [...lines, hatLine, gLine, meanLine, slopeLine, line];
  };
  return {
    y: output,
    dx: input,
    parameters: {
      w: (of, [j]) => {
        const { dy, gradient } = readers(of);
        const hat = normalizedOf(of, parts);
        const terms = column(of, [j]).map((each) => product(dy(...each), hat(each)));
        return [entryLine(gradient("w")(j), sum(...terms))];
      },
      b: (of, [j]) => {
        const { dy, gradient } = readers(of);
        return [entryLine(gradient("b")(j), sum(...column(of, [j]).map((each) => dy(...each))))];
      },
    },
  };
};

/** x̂ of any entry; the members of an entry are looked at once. */
function normalizedOf(
  of: TracedLayer,
  parts: (of: TracedLayer, index: Index) => { readonly normalized: (index: Index) => Expression },
): (index: Index) => Expression {
  const known = new Map<string, (index: Index) => Expression>();
  const isColumn = of.kind === "batchNorm";
  return (index) => {
    const of1 = isColumn ? String(feature(index)) : index.slice(0, -1).join();
    const normalized = known.get(of1) ?? parts(of, index).normalized;
    known.set(of1, normalized);
    return asNumber(normalized(index), "x̂", index);
  };
}

/** Statistics of each feature over the batch */
export const batchNormEntries = normEntries(column, (index) => [feature(index)]);

/** Statistics of each row over its features */
export const layerNormEntries = normEntries(row, (index) => index.slice(0, -1));
