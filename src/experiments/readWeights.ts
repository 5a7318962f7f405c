import { readNpz } from "../formats/npy.ts";
import { recognizeFile } from "../formats/recognizeFile.ts";
import { decodeSafetensors } from "../formats/safetensors.ts";
import { otherElements } from "../formats/safetensorsElements.ts";
import { Tensor } from "../tensor/tensor.ts";
import { foreignFileError } from "./foreignFile.ts";

/** Tensors by name, without their layers. */
export interface Weights {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** whether they are in the order in which they were saved; safetensors files are sorted by name */
  readonly ordered: boolean;
}

/** The tensors of a safetensors or .npz file of any program. Throws DataError that names the kind of another file. */
export async function readWeights(bytes: Uint8Array, { name }: { readonly name: string }): Promise<Weights> {
  const { kind } = recognizeFile(bytes);
  if (kind === "safetensors")
    return { tensors: decodeSafetensors(bytes, { name, elements: otherElements }).tensors, ordered: false };
  if (kind !== "npz") throw foreignFileError(bytes, name, "weights as .safetensors or .npz");
  const arrays = Object.entries(await readNpz(bytes, { name })).map(([key, { shape, data }]) => {
    const numbers = data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data);
    return [key, new Tensor(shape, numbers)] as const;
  });
  return { tensors: Object.fromEntries(arrays), ordered: true };
}
