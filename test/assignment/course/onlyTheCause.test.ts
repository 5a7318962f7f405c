import { expect, test } from "vitest";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { submissions } from "./submissions/index.ts";
import { checkSource, withMistake } from "./support.ts";

/** All that is said about a file of an exercise. */
async function messages(id: string, source: string): Promise<string[]> {
  const exercise = exercises.find((one) => one.id === id);
  if (!exercise) throw new Error(`no exercise ${id}`);
  return (await checkSource(exercise, source)).findings.map(({ message }) => message);
}

function changed(id: string, ...change: [from: string, to: string][]): string {
  const solution = submissions.find((one) => one.id === id)?.solution ?? "";
  return withMistake(solution, { name: id, causes: [], change });
}

test.each([
  ["the whole batch", "[...a.data]", "the sum runs over the whole batch: each row must be divided by its own sum"],
  [
    "the examples",
    "[...a.data].filter((_, i) => (i - k) % c === 0)",
    "the sum runs over the examples: each row must be divided by its own sum, over the classes",
  ],
])("a softmax whose sum runs over %s is not said to lack the shift that it has", async (_, summed, message) => {
  const source = `import { map, type NdArray } from "./array.ts";
export function softmax(a: NdArray): NdArray {
  const c = a.shape[1];
  const most = Math.max(...a.data);
  return map(a, (v, k) => Math.exp(v - most) / ${summed}.reduce((sum, w) => sum + Math.exp(w - most), 0));
}`;
  expect(await messages("softmax", source)).toEqual([message]);
});

test("accuracies that are wrong are not reported as a wrong choice of the best epoch, which depends on them", async () => {
  const source = changed("training", [
    "logits.data[row * classes + c] > logits.data[row * classes + best]",
    "logits.data[row * classes + c] < logits.data[row * classes + best]",
  ]);
  expect(await messages("training", source)).toEqual([
    "trainAccuracy takes the class with the smallest logit; it should be the largest",
    "validationAccuracy takes the class with the smallest logit; it should be the largest",
  ]);
});

test("arrays that are no copies are not said to be those of the last epoch", async () => {
  const source = changed("training", ["copy(p.value)", "p.value"]);
  expect(await messages("training", source)).toEqual([
    "best holds the arrays of the network themselves: later steps change them. Copies are needed",
  ]);
});

test("a dw that is db is not said to be exchanged with a right db", async () => {
  const source = changed(
    "batchNorm",
    ["return map(dy, (g, i) => {", "const { dw } = this;\n    this.dw = this.db;\n    return map(dy, (g, i) => {"],
    ["* this.dw.data[j]) / n", "* dw.data[j]) / n"],
  );
  expect(await messages("batchNorm", source)).toEqual(["dw lacks the factor x̂: it is the sum of dy alone"]);
});

test("results in each other's place are named although their shapes are wrong", async () => {
  const source = changed("attention", [
    "this.dq = matmul(ds, k);\n    this.dk =",
    "this.dk = matmul(ds, k);\n    this.dq =",
  ]);
  expect(await messages("attention", source)).toEqual([
    "dq contains the result for dk",
    "dk contains the result for dq",
  ]);
});

test("a backward that updates W is not said to keep an input", async () => {
  const source = changed("linear", [
    "return matmul(dy, transpose(this.w));",
    "const dx = matmul(dy, transpose(this.w));\n    for (let i = 0; i < this.w.size; i++) this.w.data[i] -= 0.1 * this.dw.data[i];\n    return dx;",
  ]);
  expect(await messages("linear", source)).toEqual([
    "forward or backward changes w: they only read the parameters, and the optimizer changes them",
  ]);
});

test("a layer may keep its parameters under other names", async () => {
  const source = `import { matmul, transpose, zeros } from "./array.ts";
export class Linear {
  #w; #b; #x;
  constructor(w, b) { this.#w = w; this.#b = b; this.dw = zeros(...w.shape); this.db = zeros(...b.shape); }
  forward(x) { this.#x = x; const y = matmul(x, this.#w); y.data.forEach((_, i) => { y.data[i] += this.#b.data[i % this.#b.size]; }); return y; }
  backward(dy) {
    this.dw = matmul(transpose(this.#x), dy); this.db = zeros(...this.#b.shape);
    dy.data.forEach((v, i) => { this.db.data[i % this.#b.size] += v; });
    return matmul(dy, transpose(this.#w));
  }
  parameters() { return [{ name: "w", value: this.#w, gradient: this.dw }, { name: "b", value: this.#b, gradient: this.db }]; }
}`;
  expect(await messages("linear", source)).toEqual([]);
});
