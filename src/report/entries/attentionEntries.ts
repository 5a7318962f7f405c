import type { MultiHeadAttention } from "../../layers/multiHeadAttention.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import {
  type EntryFormula,
  entryLine,
  type FormulaLine,
  type LayerEntries,
  range,
  readers,
  step,
} from "./entryFormula.ts";
import {
  call,
  type Expression,
  evaluateExpression,
  minus,
  number,
  product,
  quotient,
  root,
  sum,
} from "./expression.ts";

type Index = readonly number[];

/**
 * The intermediate results of both passes for one row of the batch: q, k, v, the probabilities and their gradients. Each is an expression of
 * earlier ones, so that any of them can be a line.
 */
class Row {
  readonly tokens: number;
  readonly features: number;
  private readonly of: TracedLayer;
  private readonly n: number;
  private readonly depth: number;
  private readonly causal: boolean;
  private readonly known = new Map<string, number>();

  constructor(of: TracedLayer, n: number) {
    const { heads, features, causal } = of.layer as MultiHeadAttention;
    this.of = of;
    this.n = n;
    this.tokens = of.x.shape[1];
    this.features = features;
    this.depth = features / heads;
    this.causal = causal;
  }

  headOf(f: number): number {
    return Math.floor(f / this.depth);
  }

  private featuresOf(head: number): number[] {
    return range(this.depth).map((f) => head * this.depth + f);
  }

  /** the tokens that a token sees */
  seen(i: number): number[] {
    return range(this.causal ? i + 1 : this.tokens);
  }

  /** the tokens that see a token */
  private seenBy(t: number): number[] {
    return range(this.tokens).filter((i) => !this.causal || t <= i);
  }

  /** an intermediate result by its symbol, computed once */
  at(symbol: string, index: Index, expression: () => Expression): Expression {
    const key = `${symbol}${index}`;
    const value = this.known.get(key) ?? evaluateExpression(expression());
    this.known.set(key, value);
    return number(value, symbol, [this.n, ...index]);
  }

  line(symbol: string, index: Index, expression: Expression): FormulaLine {
    return step(symbol, [this.n, ...index], expression)[0];
  }

  /** q, k or v of token i, feature f */
  projected(which: "q" | "k" | "v", i: number, f: number): Expression {
    const { x, of: key } = readers(this.of);
    const terms = range(this.features).map((c) => product(x(this.n, i, c), key(`w${which}`)(c, f)));
    return sum(...terms, key(`b${which}`)(f));
  }

  projection(which: "q" | "k" | "v", i: number, f: number): Expression {
    return this.at(which, [i, f], () => this.projected(which, i, f));
  }

  /** how well the query of token i fits the key of token t */
  scoreOf(head: number, i: number, t: number): Expression {
    const terms = this.featuresOf(head).map((f) => product(this.projection("q", i, f), this.projection("k", t, f)));
    return quotient(sum(...terms), root(number(this.depth)));
  }

  score(head: number, i: number, t: number): Expression {
    return this.at("s", [head, i, t], () => this.scoreOf(head, i, t));
  }

  probabilityOf(head: number, i: number, t: number): Expression {
    const all = this.seen(i).map((other) => call("exp", this.score(head, i, other)));
    return quotient(call("exp", this.score(head, i, t)), sum(...all));
  }

  probability(head: number, i: number, t: number): Expression {
    return this.at("p", [head, i, t], () => this.probabilityOf(head, i, t));
  }

  answerOf(i: number, f: number): Expression {
    const head = this.headOf(f);
    return sum(...this.seen(i).map((t) => product(this.probability(head, i, t), this.projection("v", t, f))));
  }

  answer(i: number, f: number): Expression {
    return this.at("o", [i, f], () => this.answerOf(i, f));
  }

  /** ∂J/∂o */
  answerGradientOf(i: number, f: number): Expression {
    const { dy, of: key } = readers(this.of);
    return sum(...range(this.features).map((j) => product(dy(this.n, i, j), key("wo")(f, j))));
  }

  answerGradient(i: number, f: number): Expression {
    return this.at("do", [i, f], () => this.answerGradientOf(i, f));
  }

  /** ∂J/∂p */
  private probabilityGradient(head: number, i: number, t: number): Expression {
    return this.at("dp", [head, i, t], () =>
      sum(...this.featuresOf(head).map((f) => product(this.answerGradient(i, f), this.projection("v", t, f)))),
    );
  }

  /** ∂J/∂(q·k) */
  scoreGradientOf(head: number, i: number, t: number): Expression {
    const mean = this.seen(i).map((other) =>
      product(this.probability(head, i, other), this.probabilityGradient(head, i, other)),
    );
    const own = minus(this.probabilityGradient(head, i, t), sum(...mean));
    return quotient(product(this.probability(head, i, t), own), root(number(this.depth)));
  }

  private scoreGradient(head: number, i: number, t: number): Expression {
    return this.at("ds", [head, i, t], () => this.scoreGradientOf(head, i, t));
  }

  /** ∂J/∂q, ∂J/∂k or ∂J/∂v of token i, feature f */
  projectionGradientOf(which: "q" | "k" | "v", i: number, f: number): Expression {
    const head = this.headOf(f);
    if (which === "q") {
      return sum(...this.seen(i).map((t) => product(this.scoreGradient(head, i, t), this.projection("k", t, f))));
    }
    const factor = (other: number): Expression =>
      which === "k"
        ? product(this.scoreGradient(head, other, i), this.projection("q", other, f))
        : product(this.probability(head, other, i), this.answerGradient(other, f));
    return sum(...this.seenBy(i).map(factor));
  }

  projectionGradient(which: "q" | "k" | "v", i: number, f: number): Expression {
    return this.at(`d${which}`, [i, f], () => this.projectionGradientOf(which, i, f));
  }
}

const largest = (items: readonly number[], size: (item: number) => number): number =>
  items.reduce((best, item) => (Math.abs(size(item)) > Math.abs(size(best)) ? item : best));

/** Lines for the feature with the largest term of y and the token with the largest probability: score, probability, answer, and y. */
function output(of: TracedLayer, [n, i, j]: Index): EntryFormula {
  const { y, of: key } = readers(of);
  const row = new Row(of, n);
  const wo = key("wo");
  const all = range(row.features);
  const terms = all.map((f) => product(row.answer(i, f), wo(f, j)));
  const f = largest(all, (each) => evaluateExpression(terms[each]));
  const head = row.headOf(f);
  const t = largest(row.seen(i), (other) => evaluateExpression(row.probability(head, i, other)));
  return [
    row.line("q", [i, f], row.projected("q", i, f)),
    row.line("k", [t, f], row.projected("k", t, f)),
    row.line("v", [t, f], row.projected("v", t, f)),
    row.line("s", [head, i, t], row.scoreOf(head, i, t)),
    row.line("p", [head, i, t], row.probabilityOf(head, i, t)),
    row.line("o", [i, f], row.answerOf(i, f)),
    entryLine(y(n, i, j), sum(...terms, key("bo")(j))),
  ];
}

function input(of: TracedLayer, [n, i, c]: Index): EntryFormula {
  const { dx, of: key } = readers(of);
  const row = new Row(of, n);
  const all = range(row.features);
  const terms = (["q", "k", "v"] as const).flatMap((which) =>
    all.map((f) => product(row.projectionGradient(which, i, f), key(`w${which}`)(c, f))),
  );
  const place = largest(range(terms.length), (each) => evaluateExpression(terms[each]));
  const f = place % row.features;
  const head = row.headOf(f);
  return [
    row.line("do", [i, f], row.answerGradientOf(i, f)),
    row.line("ds", [head, i, i], row.scoreGradientOf(head, i, i)),
    ...(["q", "k", "v"] as const).map((which) => row.line(`d${which}`, [i, f], row.projectionGradientOf(which, i, f))),
    entryLine(dx(n, i, c), sum(...terms)),
  ];
}

/** dW = Σ a·g over all tokens of the batch, db = Σ g */
function parameterEntries(
  which: "q" | "k" | "v" | "o",
): Record<string, (of: TracedLayer, index: Index) => EntryFormula> {
  const each = (of: TracedLayer, term: (row: Row, n: number, i: number) => Expression): Expression => {
    const [batch, tokens] = of.x.shape;
    const rows = range(batch).map((n) => new Row(of, n));
    return sum(...rows.flatMap((row, n) => range(tokens).map((i) => term(row, n, i))));
  };
  const right = (of: TracedLayer, row: Row, n: number, i: number, f: number): Expression =>
    which === "o" ? readers(of).dy(n, i, f) : row.projectionGradient(which, i, f);
  return {
    [`w${which}`]: (of, [c, f]) => {
      const { x, gradient } = readers(of);
      const left = (row: Row, n: number, i: number): Expression => (which === "o" ? row.answer(i, c) : x(n, i, c));
      const terms = each(of, (row, n, i) => product(left(row, n, i), right(of, row, n, i, f)));
      // lines for the token with the largest term
      const tokens = of.x.shape[1];
      const all = terms.kind === "sum" ? terms.terms : [terms];
      const largestTerm = largest(range(all.length), (place) => evaluateExpression(all[place]));
      const [row, i] = [new Row(of, Math.floor(largestTerm / tokens)), largestTerm % tokens];
      const way =
        which === "o"
          ? row.line("o", [i, c], row.answerOf(i, c))
          : row.line(`d${which}`, [i, f], row.projectionGradientOf(which, i, f));
      return [way, entryLine(gradient(`w${which}`)(c, f), terms)];
    },
    // bk adds the same to all scores of a row, which the softmax does not see
    [`b${which}`]: (of, [f]) => [
      entryLine(
        readers(of).gradient(`b${which}`)(f),
        which === "k" ? number(0) : each(of, (row, n, i) => right(of, row, n, i, f)),
      ),
    ],
  };
}

export const attentionEntries: LayerEntries = {
  y: output,
  dx: input,
  parameters: Object.assign({}, ...(["q", "k", "v", "o"] as const).map(parameterEntries)),
};
