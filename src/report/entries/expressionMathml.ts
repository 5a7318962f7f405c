import { escapeXml } from "../figures/svg.ts";
import { formatNumber, formatSetting } from "../format.ts";
import type { FormulaLine } from "./entryFormula.ts";
import type { Expression } from "./expression.ts";

/** Whether the operands are shown as names or as numbers. */
export type FormulaMode = "names" | "numbers";

/** Precedence of operators: a sum in a product needs brackets. */
const [sumLevel, productLevel, atomLevel] = [1, 2, 3];

const operator = (text: string): string => `<mo>${text}</mo>`;
/** An operator between two terms, spaced as such even at the beginning of a piece. */
const between = (text: string): string => `<mo form="infix">${text}</mo>`;
const row = (...parts: readonly string[]): string => `<mrow>${parts.join("")}</mrow>`;
const bracketed = (inner: string): string => row('<mo fence="true">(</mo>', inner, '<mo fence="true">)</mo>');

/** A symbol with its index: x₂,₁. A hat and the d of a gradient are written as such; other names of several letters are upright. */
function symbol(name: string, index: readonly number[] = []): string {
  const base = /^[a-z]\u0302$/.test(name)
    ? `<mover accent="true"><mi>${name[0]}</mi><mo stretchy="false">^</mo></mover>`
    : /^d[a-z]+$/.test(name)
      ? row("<mi>d</mi>", `<mi>${name.slice(1)}</mi>`)
      : `<mi>${escapeXml(name)}</mi>`;
  return index.length > 0 ? `<msub>${base}<mtext>${index.join(",")}</mtext></msub>` : base;
}

/** A number, with attributes that say which entry it is, so that a page can show where it comes from. */
function numeral(value: number, digits: number, attributes = ""): string {
  const size = Math.abs(value);
  // 10⁻⁸ is a setting and has no more digits
  const isRound = Number(size.toPrecision(digits)) === size && (size < 1e-3 || size >= 1e6);
  const text = isRound ? formatSetting(size) : formatNumber(size, digits);
  return value < 0 ? `<mrow${attributes}>${operator("−")}<mn>${text}</mn></mrow>` : `<mn${attributes}>${text}</mn>`;
}

/** Whether a term of a sum begins with a minus, which then takes the place of the plus. */
function isNegative(of: Expression, mode: FormulaMode): boolean {
  if (of.kind === "negative") return true;
  return (of.kind === "entry" || of.kind === "number") && shown(of, mode) && of.value < 0;
}

/** Whether a leaf is shown as a number. */
function shown(of: Expression, mode: FormulaMode): boolean {
  return mode === "numbers" || (of.kind === "number" && of.symbol === undefined);
}

function negated(of: Expression): Expression {
  if (of.kind === "negative") return of.of;
  return { ...of, value: -(of as { readonly value: number }).value } as Expression;
}

class Writer {
  private readonly mode: FormulaMode;
  private readonly digits: number;

  constructor(mode: FormulaMode, digits: number) {
    this.mode = mode;
    this.digits = digits;
  }

  /** The terms of a sum, each with the sign in front of it. */
  terms(of: Expression): string[] {
    if (of.kind === "quotient" && of.over.kind === "sum" && of.over.terms.length > 3) return this.dividedTerms(of);
    const terms = of.kind === "sum" ? of.terms : [of];
    return terms.map((term, i) => {
      const negative = isNegative(term, this.mode);
      const inner = negative ? this.write(negated(term), productLevel) : this.write(term, sumLevel);
      if (i === 0) return negative ? row(operator("−"), inner) : inner;
      return row(between(negative ? "−" : "+"), inner);
    });
  }

  /** (a + b + … )/N in the line: as a fraction it could not be broken. */
  private dividedTerms({ over, under }: Extract<Expression, { kind: "quotient" }>): string[] {
    const terms = this.terms(over);
    const last = terms.length - 1;
    terms[0] = row('<mo fence="true">(</mo>', terms[0]);
    terms[last] = row(terms[last], '<mo fence="true">)</mo>', operator("/"), this.write(under, atomLevel));
    return terms;
  }

  write(of: Expression, level: number): string {
    return this.level(of) < level ? bracketed(this.plain(of)) : this.plain(of);
  }

  private level(of: Expression): number {
    if (of.kind === "sum") return of.terms.length === 1 ? this.level(of.terms[0]) : sumLevel;
    if (isNegative(of, this.mode)) return sumLevel;
    return of.kind === "product" ? productLevel : atomLevel;
  }

  private plain(of: Expression): string {
    const { mode, digits } = this;
    switch (of.kind) {
      case "entry": {
        const attributes = ` class="entry of-${escapeXml(of.array)}" data-entry="${escapeXml(of.array)}:${of.index.join(",")}"`;
        if (mode === "numbers") return numeral(of.value, digits, attributes);
        return `<mrow${attributes}>${symbol(of.array, of.index)}</mrow>`;
      }
      case "number":
        return shown(of, mode) ? numeral(of.value, digits) : symbol(of.symbol as string, of.index);
      case "rest":
        if (mode === "names") return operator("⋯");
        return `<mtext class="rest">[${of.terms} more: ${escapeXml(formatNumber(of.value, digits))}]</mtext>`;
      case "sum":
        return row(...this.terms(of));
      case "product":
        return row(
          of.factors.map((factor, i) => this.write(factor, i === 0 ? productLevel : atomLevel)).join(operator("·")),
        );
      case "quotient":
        return `<mfrac>${this.write(of.over, sumLevel)}${this.write(of.under, sumLevel)}</mfrac>`;
      case "power":
        return `<msup>${this.write(of.base, atomLevel)}<mn>${formatNumber(of.exponent, 3)}</mn></msup>`;
      case "root":
        return `<msqrt>${this.plain(of.of)}</msqrt>`;
      case "negative":
        return row(operator("−"), this.write(of.of, productLevel));
      case "call":
        return this.call(of);
      case "indicator":
        return row(
          '<mo fence="true">[</mo>',
          this.write(of.left, sumLevel),
          operator(escapeXml(of.relation)),
          this.write(of.right, sumLevel),
          '<mo fence="true">]</mo>',
        );
    }
  }

  private call({ name, of }: Extract<Expression, { kind: "call" }>): string {
    const inner = of.map((each) => this.write(each, sumLevel)).join('<mo separator="true">,</mo>');
    if (name === "exp") return `<msup><mi>e</mi>${row(inner)}</msup>`;
    if (name === "abs") return row('<mo fence="true">|</mo>', inner, '<mo fence="true">|</mo>');
    return row(`<mi>${name}</mi><mo>&#x2061;</mo>`, bracketed(inner));
  }
}

/** In the line of a text, but with fractions of full size. */
const math = (inner: string): string => `<math displaystyle="true">${inner}</math>`;

/**
 * The right side of a line of a formula as MathML, one piece for each term of its sum, so that a page can break the line between them. An entry
 * of an array has the attribute data-entry, such as "x:2,1", and the classes "entry" and "of-x".
 */
export function formulaPieces({ expression }: FormulaLine, mode: FormulaMode, digits = 4): string[] {
  return new Writer(mode, digits).terms(expression).map(math);
}

/** The left side of a line as MathML: what is computed, with its index. */
export function formulaName({ symbol: name, index }: FormulaLine): string {
  return math(symbol(name, index));
}
