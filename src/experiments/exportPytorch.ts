import { encodeSafetensors } from "../formats/safetensors.ts";
import type { Layer } from "../layers/layer.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type Shape, Tensor } from "../tensor/tensor.ts";
import { channelPlaces } from "./importWeights.ts";
import { type Model, restoreNetwork } from "./model.ts";

export interface PytorchExport {
  /** a safetensors file with PyTorch's names and shapes: "0.weight" as (out, in) */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Python that makes the network and loads the file */
  readonly code: string;
}

type Modules = Readonly<Record<string, (layer: Layer & Readonly<Record<string, unknown>>, features: number) => string>>;

/** Each kind of layer as a module of torch.nn; `features` is the size of the last dimension. */
const modules: Modules = {
  flatten: () => "nn.Flatten()",
  linear: ({ parameters: [w] }) => `nn.Linear(${w.value.shape.join(", ")})`,
  gelu: () => 'nn.GELU(approximate="tanh")',
  geluExact: () => "nn.GELU()",
  relu: () => "nn.ReLU()",
  leakyRelu: ({ negativeSlope }) => `nn.LeakyReLU(${negativeSlope})`,
  tanh: () => "nn.Tanh()",
  sigmoid: () => "nn.Sigmoid()",
  silu: () => "nn.SiLU()",
  softplus: ({ beta, threshold }) => `nn.Softplus(beta=${beta}, threshold=${threshold})`,
  elu: ({ alpha }) => `nn.ELU(${alpha})`,
  selu: () => "nn.SELU()",
  hardSwish: () => "nn.Hardswish()",
  pRelu: ({ parameters: [w] }) => `nn.PReLU(${w.value.size})`,
  dropout: ({ keepProb }) => `nn.Dropout(${Number((1 - Number(keepProb || 1)).toPrecision(12))})`,
  batchNorm: ({ epsilon, momentum }, features) => `nn.BatchNorm1d(${features}, eps=${epsilon}, momentum=${momentum})`,
  layerNorm: ({ epsilon }, features) => `nn.LayerNorm(${features}, eps=${epsilon})`,
};

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
  const places = channelPlaces(inputShape);
  let shape: Shape = [1, ...inputShape];
  for (const [i, layer] of network.layers.entries()) {
    const module = Object.hasOwn(modules, layer.kind) ? modules[layer.kind] : undefined;
    // PyTorch's channels are the second dimension, ours the last
    const channels = layer.kind === "batchNorm" || (layer.kind === "pRelu" && layer.parameters[0].value.size > 1);
    if (!module || (channels && shape.length > 2)) {
      throw new SettingsError(
        `pytorch: expected layers that torch.nn.Sequential has (${Object.keys(modules).join(", ")}), found ${layer.describe()}; export as onnx instead`,
      );
    }
    lines.push(module(layer as Layer & Readonly<Record<string, unknown>>, shape[shape.length - 1]));
    const first = Object.keys(tensors).length === 0 && i === 1 && network.layers[0].kind === "flatten";
    for (const { key, value } of [...layer.parameters, ...layer.buffers]) {
      const weight = layer.kind === "linear" && key === "w";
      tensors[`${i}.${keys[key]}`] = weight ? outFirst(value, first ? places : undefined) : value.clone();
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

/** (in, out) as (out, in), with the inputs in the order of PyTorch's images. */
function outFirst({ shape: [inputs, outputs], data, dtype }: Tensor, places: Int32Array | undefined): Tensor {
  const turned = Tensor.zeros([outputs, inputs], dtype);
  for (let i = 0; i < inputs; i++) {
    const to = places ? places[i] : i;
    for (let j = 0; j < outputs; j++) turned.data[j * inputs + to] = data[i * outputs + j];
  }
  return turned;
}
