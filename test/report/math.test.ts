import { describe, expect, test } from "vitest";
import { markup, plainText, tex } from "../../src/report/markup.ts";
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

  test("limits are above and below a displayed sum, and beside one in a line", () => {
    expect(mathToMathml("\\sum_n x", true)).toContain("<munder>");
    expect(mathToMathml("\\sum_n x", false)).toContain("<msub>");
  });

  test.each([["\\unknown"], ["\\frac{1"], ["{a"], ["x_"], ["\\left( a"]])("%s is refused with the formula", (latex) => {
    expect(() => mathToMathml(latex, false)).toThrow(HandgradError);
    expect(() => mathToMathml(latex, false)).toThrow(latex);
  });
});

describe("nothing in a formula leaves it", () => {
  const attack = '\\operatorname{x") #read("/etc/passwd") #("} \\text{<img src=x onerror=y>\\"} \\texttt{"#\\}';

  test("in Typst, every text is one string", () => {
    expect(mathToTypst(attack, false)).toBe(
      '$op("x\\") #read(\\"/etc/passwd\\") #(\\"") "<img src=x onerror=y>\\\\\\"" #raw("\\"#\\\\")$',
    );
    expect(mathToTypst("a # b @ c ` d $ e", false)).toBe("$a \\# b \\@ c \\` d \\$ e$");
  });

  test("in MathML, there are the elements of the formula and no others", () => {
    const mathml = mathToMathml(`${attack} < & > "`, false);
    expect(new Set(mathml.match(/<\w+/g))).toEqual(new Set(["<math", "<mrow", "<mi", "<mo", "<mtext", "<mspace"]));
    expect(mathml).not.toContain("<img");
  });

  test.each(["\\left # a \\right )", "\\constructor", "\\left( a \\right<"])("%s is refused", (latex) => {
    expect(() => mathToTypst(latex, false)).toThrow(HandgradError);
  });
});

describe("running text", () => {
  test("has strong words, code and formulas where the program wrote marks", () => {
    expect(markup`a **b** \`c\` $\hat{d}$ 2 * 3`.pieces).toEqual([
      { kind: "plain", text: "a " },
      { kind: "strong", text: "b" },
      { kind: "plain", text: " " },
      { kind: "code", text: "c" },
      { kind: "plain", text: " " },
      { kind: "math", text: "\\hat{d}" },
      { kind: "plain", text: " 2 * 3" },
    ]);
    expect(plainText(markup`a **b** \`c\``)).toBe("a b c");
    expect(plainText("a **b**")).toBe("a **b**");
    expect(tex`\frac{1}{${3}}`.latex).toBe("\\frac{1}{3}");
  });

  test("takes a value as the text that it is, whatever it holds and wherever it is", () => {
    const hostile = "** ` $x$ **b**";
    expect(markup`a ${hostile} **b ${hostile}** \`${hostile}\` ${1}`.pieces).toEqual([
      { kind: "plain", text: `a ${hostile} ` },
      { kind: "strong", text: `b ${hostile}` },
      { kind: "plain", text: " " },
      { kind: "code", text: hostile },
      { kind: "plain", text: " 1" },
    ]);
    expect(markup`${"$"}x$y$`.pieces).toEqual([
      { kind: "plain", text: "$x" },
      { kind: "math", text: "y" },
    ]);
  });

  test("takes numbers only into formulas, and no mark without its end", () => {
    expect(() => markup`$\text{${"x"}}$`).toThrow(/expected a number.*found the text "x"/);
    expect(() => tex`${"x" as unknown as number}`).toThrow(HandgradError);
    expect(() => markup`a **b`).toThrow('"**" has no end');
  });
});
