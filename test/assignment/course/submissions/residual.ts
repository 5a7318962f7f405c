import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, type Parameter } from "./array.ts";

export class Residual {
  inner: { forward(x: NdArray, training: boolean): NdArray; backward(dy: NdArray): NdArray; parameters(): Parameter[] };

  constructor(inner: Residual["inner"]) {
    this.inner = inner;
  }

  forward(x: NdArray, training: boolean): NdArray {
    const change = this.inner.forward(x, training);
    return map(x, (value, i) => value + change.data[i]);
  }

  backward(dy: NdArray): NdArray {
    const change = this.inner.backward(dy);
    return map(dy, (g, i) => g + change.data[i]);
  }

  parameters(): Parameter[] {
    return this.inner.parameters();
  }
}
`;

const inPlace = `import { copy } from "./array.ts";

export class Residual {
  constructor(inner) {
    this.inner = inner;
  }
  forward(x, training) {
    const y = copy(x);
    this.inner.forward(x, training).data.forEach((value, i) => { y.data[i] += value; });
    return y;
  }
  backward(dy) {
    const dx = this.inner.backward(dy);
    for (let i = 0; i < dx.data.length; i++) dx.data[i] += dy.data[i];
    return dx;
  }
  parameters() {
    return [...this.inner.parameters()];
  }
}
`;

export const residual: Submissions = {
  id: "residual",
  solution,
  styles: [inPlace],
  mistakes: [
    { name: "no skip in forward", causes: ["missing-skip"], change: [["value + change.data[i]", "change.data[i]"]] },
    { name: "no skip in backward", causes: ["missing-skip"], change: [["g + change.data[i]", "change.data[i]"]] },
    { name: "no inner gradient", causes: ["missing-inner"], change: [["g + change.data[i]", "g"]] },
    {
      name: "backward is not called",
      causes: ["missing-inner"],
      change: [["const change = this.inner.backward(dy);", "const change = dy;"]],
    },
    {
      name: "training is not passed",
      causes: ["training-not-passed"],
      change: [["this.inner.forward(x, training)", "this.inner.forward(x)"]],
    },
    {
      name: "training is always true",
      causes: ["training-not-passed"],
      change: [["this.inner.forward(x, training)", "this.inner.forward(x, true)"]],
    },
    { name: "a product", causes: ["product"], change: [["value + change.data[i]", "value * change.data[i]"]] },
    {
      name: "the inner layer twice",
      causes: ["inner-twice"],
      change: [["this.inner.forward(x, training);", "this.inner.forward(this.inner.forward(x, training), training);"]],
    },
    {
      name: "forward in backward",
      causes: ["wrong-input"],
      change: [["this.inner.backward(dy)", "this.inner.forward(dy, true)"]],
    },
    {
      name: "x is changed",
      causes: ["input-modified"],
      change: [
        [
          "return map(x, (value, i) => value + change.data[i]);",
          "for (let i = 0; i < x.size; i++) x.data[i] += change.data[i];\n    return x;",
        ],
      ],
    },
    { name: "a minus", causes: ["sign"], change: [["g + change.data[i]", "g - change.data[i]"]] },
    { name: "1 in place of dy", causes: ["missing-dy"], change: [["g + change.data[i]", "1 + change.data[i]"]] },
    {
      name: "no parameters",
      causes: ["missing-parameters"],
      change: [["return this.inner.parameters();", "return [];"]],
    },
    {
      name: "a forward pass for nothing",
      causes: ["inner-twice"],
      change: [
        [
          "const change = this.inner.forward(x, training);",
          "this.inner.forward(x, training);\n    const change = this.inner.forward(x, training);",
        ],
      ],
    },

    {
      name: "training is negated",
      causes: ["training-not-passed"],
      change: [["this.inner.forward(x, training)", "this.inner.forward(x, !training)"]],
    },
    {
      name: "copies of the parameters",
      causes: ["copied-parameters"],
      change: [
        [
          "return this.inner.parameters();",
          "return this.inner.parameters().map((p) => ({ ...p, gradient: map(p.gradient, () => 0) }));",
        ],
      ],
    },
    {
      name: "twice the inner gradient",
      causes: ["factor-2"],
      change: [["g + change.data[i]", "g + 2 * change.data[i]"]],
    },
  ],
};
