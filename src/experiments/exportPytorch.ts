import { encodeSafetensors } from "../formats/safetensors.ts";
import type { Sides } from "../kernels/imageKernels.ts";
import type { Elu, LeakyRelu, Softplus } from "../layers/activation.ts";
import type { BatchNorm } from "../layers/batchNorm.ts";
import type { Conv2d } from "../layers/conv2d.ts";
import type { Dropout } from "../layers/dropout.ts";
import type { LayerNorm } from "../layers/layerNorm.ts";
import type { Linear } from "../layers/linear.ts";
import type { AveragePool2d, MaxPool2d } from "../layers/pool2d.ts";
import type { PRelu } from "../layers/pRelu.ts";
import { paddingAfter } from "../layers/window.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape, type Shape, Tensor } from "../tensor/tensor.ts";
import { channelPlaces, flattenedImages } from "./flattenedImages.ts";
import { type Model, restoreNetwork } from "./model.ts";

export interface PytorchExport {
  /** a safetensors file with PyTorch's names and shapes: "0.weight" as (out, in) */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Python that makes the network and loads the file */
  readonly code: string;
}

/** The modules of torch.nn for one layer, for a batch of one; the last of those with parameters comes last. */
type Modules = Readonly<Record<string, (layer: never, shape: Shape) => readonly string[]>>;

const activation = (module: string) => () => [module];
const pair = ([height, width]: Sides): string => (height === width ? String(height) : `(${height}, ${width})`);

function conv2dModules(layer: Conv2d, shape: Shape): readonly string[] {
  const windows = layer.windows(shape);
  const { kernel, stride, dilation, padding, groups, channels, outputs } = windows;
  const after = paddingAfter(windows);
  const even = after.every((side, axis) => side <= padding[axis]);
  const around = even ? pair(padding) : "0";
  const zeros = `nn.ZeroPad2d((${padding[1]}, ${after[1]}, ${padding[0]}, ${after[0]}))`;
  const options = [
    `${channels}, ${outputs}, ${pair(kernel)}, stride=${pair(stride)}, padding=${around}, dilation=${pair(dilation)}`,
    `groups=${groups}, bias=${layer.b ? "True" : "False"}`,
  ];
  return [...(even ? [] : [zeros]), `nn.Conv2d(${options.join(", ")})`];
}

function pool2dModule(name: string, layer: MaxPool2d | AveragePool2d, shape: Shape, rest = ""): readonly string[] {
  const windows = layer.windows(shape);
  const { kernel, stride, padding } = windows;
  if (paddingAfter(windows).some((side, axis) => side > padding[axis])) {
    throw new SettingsError(
      `pytorch: ${layer.describe()}: expected as much padding on both sides, found more below or to the right; export as onnx instead`,
    );
  }
  return [`nn.${name}(${pair(kernel)}, stride=${pair(stride)}, padding=${pair(padding)}${rest})`];
}

/** Each kind of layer as modules of torch.nn; images are (batch, channels, height, width) there. */
const modules: Modules = {
  flatten: activation("nn.Flatten()"),
  linear: ({ inputs, outputs }: Linear) => [`nn.Linear(${inputs}, ${outputs})`],
  gelu: activation('nn.GELU(approximate="tanh")'),
  geluExact: activation("nn.GELU()"),
  relu: activation("nn.ReLU()"),
  leakyRelu: ({ negativeSlope }: LeakyRelu) => [`nn.LeakyReLU(${negativeSlope})`],
  tanh: activation("nn.Tanh()"),
  sigmoid: activation("nn.Sigmoid()"),
  silu: activation("nn.SiLU()"),
  softplus: ({ beta, threshold }: Softplus) => [`nn.Softplus(beta=${beta}, threshold=${threshold})`],
  elu: ({ alpha }: Elu) => [`nn.ELU(${alpha})`],
  selu: activation("nn.SELU()"),
  hardSwish: activation("nn.Hardswish()"),
  pRelu: ({ w }: PRelu) => [`nn.PReLU(${w.value.size})`],
  dropout: ({ keepProb }: Dropout) => [`nn.Dropout(${Number((1 - (keepProb || 1)).toPrecision(12))})`],
  batchNorm: ({ epsilon, momentum, features }: BatchNorm, shape) => [
    `nn.BatchNorm${shape.length === 4 ? 2 : 1}d(${features}, eps=${epsilon}, momentum=${momentum})`,
  ],
  layerNorm: ({ epsilon, features }: LayerNorm) => [`nn.LayerNorm(${features}, eps=${epsilon})`],
  conv2d: conv2dModules,
  maxPool2d: (layer: MaxPool2d, shape) => pool2dModule("MaxPool2d", layer, shape),
  averagePool2d: (layer: AveragePool2d, shape) =>
    pool2dModule("AvgPool2d", layer, shape, `, count_include_pad=${layer.countPadding ? "True" : "False"}`),
  globalAveragePool2d: () => ["nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"],
};

/** Layers that see the last dimension, which holds the channels here, but not in PyTorch. */
const onRowsAlone = new Set(["linear", "layerNorm"]);

const keys: Readonly<Record<string, string>> = {
  w: "weight",
  b: "bias",
  mean: "running_mean",
  variance: "running_var",
};

/**
 * The weights of a model for torch.nn.Sequential. Images reach it as (batch, channels, height, width). Throws SettingsError for layers
 * that torch.nn.Sequential has no module for.
 */
export function exportPytorch(model: Model, { file }: { readonly file: string }): PytorchExport {
  const network = restoreNetwork(model);
  const { inputShape, dtype } = model.network;
  const tensors: Record<string, Tensor> = {};
  const lines: string[] = [];
  const flattened = flattenedImages(network, inputShape);
  let shape: Shape = [1, ...inputShape];
  for (const layer of network.layers) {
    const make = Object.hasOwn(modules, layer.kind) ? modules[layer.kind] : undefined;
    const ofChannels = layer.kind === "batchNorm" || (layer.kind === "pRelu" && layer.parameters[0].value.size > 1);
    const fits = shape.length === 4 ? !onRowsAlone.has(layer.kind) : shape.length === 2 || !ofChannels;
    if (!make || !fits) {
      throw new SettingsError(
        `pytorch: expected layers that torch.nn.Sequential has (${Object.keys(modules).join(", ")}) in the places that it allows, for inputs ${formatShape(shape)} found ${layer.describe()}; export as onnx instead`,
      );
    }
    lines.push(...make(layer as never, shape));
    for (const { key, value } of [...layer.parameters, ...layer.buffers]) {
      const places = flattened?.layer === layer.name ? flattened.places : undefined;
      tensors[`${lines.length - 1}.${keys[key]}`] = key === "w" ? outFirst(value, places) : value.clone();
    }
    shape = layer.outputShape(shape);
  }
  const input =
    inputShape.length === 3
      ? `(batch, ${[inputShape[2], inputShape[0], inputShape[1]].join(", ")}), (byte / 255 - mean) / deviation`
      : `(batch, ${inputShape.join(", ")})${model.preprocessing ? ", encoded as Handgrad does" : ""}`;
  const code = [
    "from safetensors.torch import load_file",
    "from torch import nn",
    "",
    `# inputs: ${input}`,
    "model = nn.Sequential(",
    ...lines.map((line) => `    ${line},`),
    `)${dtype === "float64" ? ".double()" : ""}`,
    `model.load_state_dict(load_file(${JSON.stringify(file)}))`,
    "model.eval()",
  ].join("\n");
  return { bytes: encodeSafetensors(tensors, { format: "pt" }), code };
}

/**
 * (in, out) as (out, in), with the inputs in the order of PyTorch's images; (height, width, in, out) as (out, in, height, width); vectors as
 * they are.
 */
function outFirst({ shape, data, dtype }: Tensor, places: Int32Array | undefined): Tensor {
  if (shape.length === 1) return new Tensor(shape, data.slice());
  const outputs = shape[shape.length - 1];
  const inputs = data.length / outputs;
  const ofImages = shape.length === 4 ? channelPlaces(shape.slice(0, 3)) : places;
  const turned = Tensor.zeros(shape.length === 4 ? [outputs, shape[2], shape[0], shape[1]] : [outputs, inputs], dtype);
  for (let i = 0; i < inputs; i++) {
    const to = ofImages ? ofImages[i] : i;
    for (let j = 0; j < outputs; j++) turned.data[j * inputs + to] = data[i * outputs + j];
  }
  return turned;
}
