import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Parameter } from "./array.ts";

interface Layer {
  forward(x: NdArray, training: boolean): NdArray;
  backward(dy: NdArray): NdArray;
  parameters?(): Parameter[];
}

export class Sequential {
  layers: Layer[];

  constructor(layers: Layer[]) {
    this.layers = layers;
  }

  forward(x: NdArray, training: boolean): NdArray {
    let y = x;
    for (const layer of this.layers) y = layer.forward(y, training);
    return y;
  }

  backward(dy: NdArray): NdArray {
    let dx = dy;
    for (let i = this.layers.length - 1; i >= 0; i--) dx = this.layers[i].backward(dx);
    return dx;
  }

  parameters(): Parameter[] {
    const all: Parameter[] = [];
    for (const [place, layer] of this.layers.entries()) {
      for (const { name, value, gradient } of layer.parameters?.() ?? [])
        all.push({ name: place + "." + name, value, gradient });
    }
    return all;
  }
}
`;

const withReduce = `export class Sequential {
  constructor(layers) {
    this.layers = [...layers];
  }
  forward(x, training) {
    return this.layers.reduce((y, layer) => layer.forward(y, training), x);
  }
  backward(dy) {
    return this.layers.reduceRight((d, layer) => layer.backward(d), dy);
  }
  parameters() {
    return this.layers.flatMap((layer, i) =>
      (layer.parameters ? layer.parameters() : []).map((p) => ({ ...p, name: i + "." + p.name })),
    );
  }
}
`;

const recursive = `export class Sequential {
  constructor(layers) {
    this.layers = layers;
  }
  forward(x, training, from = 0) {
    return from === this.layers.length ? x : this.forward(this.layers[from].forward(x, training), training, from + 1);
  }
  backward(dy, from = this.layers.length) {
    return from === 0 ? dy : this.backward(this.layers[from - 1].backward(dy), from - 1);
  }
  parameters() {
    const result = [];
    this.layers.forEach((layer, place) => {
      if (typeof layer.parameters !== "function") return;
      for (const parameter of layer.parameters()) result.push(Object.assign({}, parameter, { name: [place, parameter.name].join(".") }));
    });
    return result;
  }
}
`;

const forth = "for (const layer of this.layers) y = layer.forward(y, training);";
const back = "for (let i = this.layers.length - 1; i >= 0; i--) dx = this.layers[i].backward(dx);";
const push = 'all.push({ name: place + "." + name, value, gradient });';

export const sequential: Submissions = {
  id: "sequential",
  solution,
  styles: [withReduce, recursive],
  mistakes: [
    {
      name: "training is not passed",
      causes: ["training-not-passed"],
      change: [[forth, "for (const layer of this.layers) y = layer.forward(y, undefined as never);"]],
    },
    {
      name: "always training",
      causes: ["training-always"],
      change: [[forth, "for (const layer of this.layers) y = layer.forward(y, true);"]],
    },
    {
      name: "every layer gets x",
      causes: ["not-chained"],
      change: [[forth, "for (const layer of this.layers) y = layer.forward(x, training);"]],
    },
    {
      name: "backward in the order of forward",
      causes: ["reversed"],
      change: [[back, "for (const layer of this.layers) dx = layer.backward(dx);"]],
    },
    {
      name: "every layer gets dy",
      causes: ["not-chained"],
      change: [[back, "for (let i = this.layers.length - 1; i >= 0; i--) dx = this.layers[i].backward(dy);"]],
    },
    {
      name: "the first layer is left out",
      causes: ["missing-layer"],
      change: [[back, "for (let i = this.layers.length - 1; i > 0; i--) dx = this.layers[i].backward(dx);"]],
    },
    {
      name: "the list is reversed in place",
      causes: ["list-reversed", "order"],
      change: [[back, "for (const layer of this.layers.reverse()) dx = layer.backward(dx);"]],
    },
    {
      name: "backward returns dy",
      causes: ["unchanged-input", "result", "wrong-result"],
      change: [["return dx;", "return dy;"]],
    },
    {
      name: "names are not unique",
      causes: ["names-not-unique"],
      change: [[push, "all.push({ name, value, gradient });"]],
    },
    {
      name: "copies",
      causes: ["copies"],
      change: [
        [push, 'all.push({ name: place + "." + name, value: copy(value), gradient });'],
        ["import { type NdArray", "import { copy, type NdArray"],
      ],
    },
    {
      name: "copies of the gradients",
      causes: ["copies"],
      change: [
        [push, 'all.push({ name: place + "." + name, value, gradient: copy(gradient) });'],
        ["import { type NdArray", "import { copy, type NdArray"],
      ],
    },
    {
      name: "the names count the layers with the method parameters",
      causes: ["names"],
      change: [["this.layers.entries()", "this.layers.filter((one) => one.parameters).entries()"]],
    },
    {
      name: "the method parameters is expected",
      causes: ["parameters-missing"],
      change: [["layer.parameters?.() ?? []", "layer.parameters()"]],
    },
    {
      name: "the parameters are collected once",
      causes: ["collected-early"],
      change: [
        ["this.layers = layers;", "this.layers = layers;\n    this.all = this.collect();"],
        ["layers: Layer[];", "layers: Layer[];\n  all: Parameter[];"],
        [
          "parameters(): Parameter[] {\n    const",
          "parameters(): Parameter[] {\n    return this.all;\n  }\n\n  collect(): Parameter[] {\n    const",
        ],
      ],
    },
    {
      name: "the parameters grow",
      causes: ["repeated-layer", "accumulated"],
      change: [
        ["const all: Parameter[] = [];", ""],
        ["layers: Layer[];", "layers: Layer[];\n  all: Parameter[] = [];"],
        [push, 'this.all.push({ name: place + "." + name, value, gradient });'],
        ["return all;", "return this.all;"],
      ],
    },
    {
      name: "lists in a list",
      causes: ["nested-list"],
      change: [[push, "all.push([{ name, value, gradient }] as never);"]],
    },
  ],
};
