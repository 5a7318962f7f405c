import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  DataError,
  encodeNpy,
  encodeNpz,
  exportModel,
  importModel,
  type Model,
  type ModelFormat,
  modelFormats,
  readNpy,
  readNpz,
  restoreNetwork,
  Tensor,
  zeros,
} from "../../src/index.ts";

// Files that Handgrad wrote, whose logits onnxruntime computed, and files of NumPy's own: formats/make.py.
const folder = fileURLToPath(new URL("../fixtures/formats", import.meta.url));
const fixture = (name: string) => readFileSync(join(folder, name));
const oracle: { inputs: number[]; logits: Record<string, number[]> } = JSON.parse(
  fixture("onnxruntime.json").toString(),
);
const read = (name: string): Promise<Model> => importModel(fixture(name), { name });

describe("ONNX", () => {
  test.each(Object.entries(oracle.logits))("%s: the logits are those of onnxruntime, to 1e-5", async (name, logits) => {
    const model = await read(`${name}.onnx`);
    const inputs = new Tensor([4, 2, 2, 3], zeros(model.network.dtype ?? "float32", 48));
    inputs.data.set(oracle.inputs);
    const ours = restoreNetwork(model).forward(inputs);
    logits.forEach((value, i) => {
      expect(Math.abs(ours.data[i] - value)).toBeLessThan(1e-5);
    });
    // and what was checked there is what Handgrad writes today, but for the names of versions
    const again = Buffer.from(exportModel(model, "onnx", { preprocessing: false }));
    const graph = (bytes: Buffer) => bytes.subarray(bytes.indexOf("Flatten_0"), bytes.lastIndexOf("logits"));
    expect(graph(again)).toEqual(graph(fixture(`${name}.onnx`)));
  });

  test("a changed graph is refused, with its place, though every byte of it is valid", async () => {
    const bytes = fixture("relu.onnx");
    bytes.write("Selu", bytes.indexOf("Relu"));
    await expect(importModel(bytes, { name: "changed.onnx" })).rejects.toThrow(
      /changed.onnx: the graph at byte \d+ is not/,
    );
  });

  test("files of others are refused by name", async () => {
    const bytes = Uint8Array.of(8, 9, 18, 3, 97, 98, 99);
    await expect(importModel(bytes, { name: "torch.onnx" })).rejects.toThrow(
      "torch.onnx: not an ONNX file that Handgrad wrote",
    );
  });
});

describe.each(Object.keys(modelFormats) as ModelFormat[])("%s", (format) => {
  test("comes back as it was, to the bit", async () => {
    const model = await read("batch.safetensors");
    const bytes = exportModel(model, format);
    expect(await importModel(bytes, { name: "model" })).toEqual({ ...model, parameters: { ...model.parameters } });
    expect(exportModel(await importModel(bytes, { name: "model" }), format)).toEqual(bytes);
  });

  test("reads the stored file", async () => {
    const { parameters } = await read(`batch.${format}`);
    expect({ ...parameters }).toEqual({ ...(await read("batch.safetensors")).parameters });
  });

  test("is refused when it is cut off anywhere", async () => {
    const bytes = fixture(`batch.${format}`);
    for (let length = 0; length < bytes.length - 1; length += 41) {
      await expect(importModel(bytes.subarray(0, length), { name: "cut" })).rejects.toThrow(DataError);
    }
  });
});

describe("NumPy", () => {
  test("reads what numpy.savez wrote", async () => {
    const arrays = await readNpz(fixture("numpy.npz"), { name: "numpy.npz" });
    expect(arrays.f4).toMatchObject({ shape: [2, 3], data: expect.any(Float32Array) });
    expect(arrays.f4.data[0]).toBe(Math.fround(1.7886284734303186));
    expect(arrays.big.data.length).toBe(3);
    expect([...arrays.i8.data]).toEqual([0, 1, 2, 3, 4]);
    expect([...arrays.fortran.data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(arrays.scalar).toEqual({ shape: [], data: Float64Array.of(2.5) });
    expect(arrays.empty.shape).toEqual([0, 3]);
    const compressed = await readNpz(fixture("numpyCompressed.npz"), { name: "numpyCompressed.npz" });
    expect([...compressed.y.data]).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  test.each([
    [[2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)],
    [[4], Float64Array.of(0.1, -0, Infinity, Number.NaN)],
    [[], Float64Array.of(7)],
    [[0, 2], new Float32Array(0)],
    [[1, 1, 3], Uint8Array.of(1, 2, 255)],
    [[2], Int32Array.of(-1, 2 ** 31 - 1)],
  ])("%o comes back from .npy and .npz", async (shape, data) => {
    expect(readNpy(encodeNpy({ shape, data }), { name: "memory" })).toEqual({ shape, data });
    const { a } = await readNpz(encodeNpz({ a: { shape, data } }), { name: "memory" });
    expect(a).toEqual({ shape, data });
  });

  test("the bytes of an .npy file are NumPy's own", async () => {
    // numpy.load and numpy.save write the same header; this is f4 of numpy.npz, which NumPy stored
    const bytes = fixture("numpy.npz");
    const start = bytes.indexOf("\x93NUMPY", 0, "latin1");
    const { f4 } = await readNpz(bytes, { name: "numpy.npz" });
    const ours = encodeNpy(f4);
    expect(Buffer.from(ours)).toEqual(bytes.subarray(start, start + ours.length));
  });

  test("names that a zip or an object would understand otherwise are refused", () => {
    const array = { shape: [1], data: Float32Array.of(1) };
    for (const name of ["../up", "/root", "__proto__", ""]) expect(() => encodeNpz({ [name]: array })).toThrow("name");
  });
});

test("every fixture is read by a test or made by the script", () => {
  expect(readdirSync(folder).filter((name) => name.endsWith(".onnx")).length).toBe(Object.keys(oracle.logits).length);
});

test("parameters that do not belong to the settings are refused with the name of the file", async () => {
  const model = await read("batch.safetensors");
  const { fc1_w: _, ...parameters } = model.parameters;
  const more = { ...parameters, other: new Tensor([100], new Float32Array(100)) };
  for (const format of ["safetensors", "npz", "json"] as const) {
    const bytes = exportModel({ ...model, parameters: more }, format);
    await expect(importModel(bytes, { name: "odd.file" })).rejects.toThrow("odd.file: load: fc1_w is missing");
  }
});
