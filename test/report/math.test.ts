import { describe, expect, test } from "vitest";
import { formulaOf, parseInline, plainText } from "../../src/report/inline.ts";
import { mathToMathml } from "../../src/report/math/mathml.ts";
import { mathToTypst } from "../../src/report/math/typstMath.ts";
import { HandgradError } from "../../src/tensor/errors.ts";

describe("formulas", () => {
  test.each([
    ["y = x W + b", "$y = x W + b$"],
    ["\\frac{1}{2} x", "$frac(1, 2) x$"],
    ["\\theta_i^2", "$θ_(i)^(2)$"],
    ["\\sqrt{\\hat{v}} + \\varepsilon", "$sqrt(hat(v)) + ε$"],
    ["\\left| a - b \\right|", "$abs(a − b)$"],
    ["f(a, b)", "$f ( a \\, b )$"],
    ["1/p", "$1 \\/ p$"],
    ["u'", "$u^(′)$"],
    ["\\lambda \\operatorname{sign} \\theta", '$λ op("sign") θ$'],
    ["\\frac{\\texttt{weightDecay}}{2}", '$frac(#raw("weightDecay"), 2)$'],
    ["\\text{with probability } p", '$"with probability " p$'],
  ])("%s for Typst", (latex, typst) => {
    expect(mathToTypst(latex, false)).toBe(typst);
  });

  test.each([
    ["x_i", "<math><msub><mi>x</mi><mi>i</mi></msub></math>"],
    ["-1", "<math><mrow><mo>−</mo><mn>1</mn></mrow></math>"],
    ["\\frac{a}{b}", "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"],
    ["a < b", "<math><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math>"],
  ])("%s as MathML", (latex, mathml) => {
    expect(mathToMathml(latex, false)).toBe(mathml);
  });

  test("limits stand above and below a displayed sum, and beside one in a line", () => {
    expect(mathToMathml("\\sum_n x", true)).toContain("<munder>");
    expect(mathToMathml("\\sum_n x", false)).toContain("<msub>");
  });

  test.each([["\\unknown"], ["\\frac{1"], ["{a"], ["x_"], ["\\left( a"]])("%s is refused with the formula", (latex) => {
    expect(() => mathToMathml(latex, false)).toThrow(HandgradError);
    expect(() => mathToMathml(latex, false)).toThrow(latex);
  });
});

test("running text has strong words, code and formulas", () => {
  expect(parseInline("a **b** `c` $d$ 2 * 3")).toEqual([
    { kind: "plain", text: "a " },
    { kind: "strong", text: "b" },
    { kind: "plain", text: " " },
    { kind: "code", text: "c" },
    { kind: "plain", text: " " },
    { kind: "math", text: "d" },
    { kind: "plain", text: " 2 * 3" },
  ]);
  expect(plainText("a **b** `c`")).toBe("a b c");
  expect(formulaOf("$$x = 1$$")).toBe("x = 1");
  expect(formulaOf("$x$ and $y$")).toBeUndefined();
});
