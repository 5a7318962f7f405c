import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { DataError, SettingsError } from "../../src/tensor/errors.ts";
import { Tensor, tensor } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";

const name = "model.safetensors";

/** A file with this header, however wrong, and this number of bytes of data. */
function file(header: unknown, dataLength = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe("a file written by Python's safetensors", () => {
  const bytes = readFileSync(new URL("../fixtures/python.safetensors", import.meta.url));
  const { tensors, metadata } = decodeSafetensors(bytes, { name: "python.safetensors" });

  test("metadata", () => {
    expect({ ...metadata }).toEqual({ made: "by Python", note: 'naïve "quotes"' });
  });

  test("tensors of both types, a scalar, an empty one, a name beyond ASCII", () => {
    const sixths = [0, 1, 2, 3, 4, 5].map((i) => Math.fround(Math.fround(i / 7) - Math.fround(0.3)));
    expect({ ...tensors }).toEqual({
      fc1_w: new Tensor([2, 3], Float32Array.from(sixths)),
      fc1_b: new Tensor([3], Float64Array.of(1.5, -2.25, Math.PI)),
      scalar: new Tensor([], Float32Array.of(0.1)),
      empty: new Tensor([0, 4], new Float32Array(0)),
      "größe.ß": new Tensor([3], Float64Array.of(-0, Infinity, Number.MIN_VALUE)),
    });
  });
});

describe("encode", () => {
  test("the layout of the format: length, header padded with spaces, float64 before float32", () => {
    const bytes = encodeSafetensors({ a: tensor([1, 2]), b: tensor([[3]], "float64") }, { step: "7" });
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    expect(headerLength % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"step":"7"},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"b":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}}',
    );
    expect([...new Float64Array(bytes.buffer, 8 + headerLength, 1)]).toEqual([3]);
    expect([...new Float32Array(bytes.buffer, 16 + headerLength, 2)]).toEqual([1, 2]);
  });

  test("a tensor that is a view into a larger buffer", () => {
    const view = new Tensor([2], new Float32Array([1, 2, 3, 4]).subarray(1, 3));
    expect(decodeSafetensors(encodeSafetensors({ view }), { name }).tensors.view.toArray()).toEqual([2, 3]);
  });

  test.each([
    ["a reserved tensor name", { __metadata__: tensor([1]) }, {}],
    ["a prototype as a name", Object.fromEntries([["__proto__", tensor([1])]]), {}],
    ["half a surrogate pair", { "\ud800": tensor([1]) }, {}],
    ["metadata that is no string", {}, { step: 7 } as unknown as Record<string, string>],
  ])("%s is refused", (_, tensors, metadata) => {
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(SettingsError);
  });
});

test("decode(encode(x)) = x, bit for bit, from any place in memory", () => {
  const values = fc.oneof(
    fc.float32Array({ maxLength: 12 }).map((data) => new Tensor([data.length], data)),
    fc.float64Array({ maxLength: 12 }).map((data) => new Tensor([1, data.length, 1], data)),
  );
  const names = fc.string({ unit: "binary" }).filter((text) => text !== "__proto__" && text !== "__metadata__");
  fc.assert(
    fc.property(
      fc.dictionary(names, values),
      fc.dictionary(names, fc.string({ unit: "binary" })),
      (tensors, metadata) => {
        const bytes = encodeSafetensors(tensors, metadata);
        const shifted = new Uint8Array(bytes.length + 3);
        shifted.set(bytes, 3);
        const decoded = decodeSafetensors(shifted.subarray(3), { name });
        expect(Object.entries(decoded.tensors)).toEqual(Object.entries(tensors));
        expect(Object.entries(decoded.metadata)).toEqual(Object.entries(metadata));
      },
    ),
  );
});

describe("hostile files", () => {
  const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /at least 8 bytes, found 0$/],
    ["seven bytes", new Uint8Array(7), /at least 8 bytes, found 7$/],
    ["a header of 2⁶⁴ − 1 bytes", new Uint8Array(16).fill(255), /expected a header of at most .* found 1844/],
    ["a header longer than the file", file("{}").subarray(0, 9), /truncated/],
    ["no JSON", file("{nonsense"), /not JSON/],
    ["bytes that are no UTF-8", file("{}").fill(0xff, 8), /not JSON/],
    ["a list as the header", file("[]"), /JSON object/],
    ["null as the header", file("null"), /JSON object/],
    ["space before the header", file(" {}"), /JSON object/],
    ["a tensor that is no object", file({ a: 3 }), /"a": expected an object/],
    ["an unknown type", file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8), /"a": dtype.*"I64"/],
    ["a type from the prototype", file({ a: { dtype: "toString", shape: [], data_offsets: [0, 4] } }, 4), /"a": dtype/],
    ["no shape", file({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4), /"a": shape.*nothing/],
    ["a negative shape", file({ a: f32(0, 4, [-1, -1]) }, 4), /"a": shape/],
    ["a broken shape", file({ a: f32(0, 4, [0.5, 2]) }, 4), /"a": shape/],
    [
      "a shape beyond all memory",
      file({ a: f32(0, 4, [2 ** 50, 2 ** 50]) }, 4),
      /"a": data_offsets: expected .* for F32 of shape/,
    ],
    [
      "an infinite shape with a zero",
      file({ a: f32(0, 0, [...new Array(30).fill(2 ** 50), 0]) }),
      /"a": data_offsets: expected .* for F32 of shape/,
    ],
    ["a shape that does not fit", file({ a: f32(0, 8, [3]) }, 8), /expected 12 bytes for F32 of shape .3., found 8/],
    ["offsets beyond the end", file({ a: f32(0, 8) }, 4), /"a": data_offsets end at 8/],
    ["offsets backwards", file({ a: f32(8, 4, [1]) }, 8), /begin ≤ end/],
    ["negative offsets", file({ a: f32(-4, 0) }, 0), /data_offsets: expected \[begin, end\]/],
    [
      "three offsets",
      file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8),
      /data_offsets: expected \[begin, end\]/,
    ],
    ["tensors that overlap", file({ a: f32(0, 8), b: f32(4, 12) }, 12), /"b".*overlaps/],
    ["the same bytes twice", file({ a: f32(0, 8), b: f32(0, 8) }, 8), /"b".*overlaps/],
    ["a gap between tensors", file({ a: f32(0, 4), b: f32(8, 12) }, 12), /"b".*gap/],
    ["bytes of no tensor", file({ a: f32(0, 4) }, 8), /the tensors end at byte 4/],
    ["a prototype as a tensor", file(`{"__proto__":${JSON.stringify(f32(0, 4))}}`, 4), /__proto__/],
    ["a prototype in the metadata", file('{"__metadata__":{"__proto__":"x"}}'), /__proto__/],
    ["metadata that is a list", file({ __metadata__: ["x"] }), /__metadata__: expected an object/],
    ["metadata that is no string", file({ __metadata__: { step: 7 } }), /__metadata__\."step": expected a string/],
    ["a name twice", file(`{"a":${JSON.stringify(f32(0, 4))},"a" :${JSON.stringify(f32(0, 4))}}`, 4), /"a" twice/],
    ["a name twice, once escaped", file(`{"a":1,"\\u0061":2}`), /"a" twice/],
    ["a field twice", file('{"a":{"dtype":"F32","shape":[0],"shape":[1],"data_offsets":[0,4]}}', 4), /"shape" twice/],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, { name })).toThrow(DataError);
    expect(() => decodeSafetensors(bytes, { name })).toThrow(message);
    expect(() => decodeSafetensors(bytes, { name })).toThrow(/^model\.safetensors: /);
  });

  test("names that look like methods are plain names, and quotes or braces in strings are not structure", () => {
    const metadata = { constructor: "{", a: '"a":', b: '\\"b' };
    const decoded = decodeSafetensors(encodeSafetensors({ toString: tensor([1]) }, metadata), { name });
    expect(decoded.tensors.toString).toEqual(tensor([1]));
    expect(decoded.tensors.valueOf).toBeUndefined();
    expect({ ...decoded.metadata }).toEqual(metadata);
  });

  test("a good file with any one byte changed, or cut anywhere, is read or refused with a DataError", () => {
    const good = encodeSafetensors({ a: tensor([1, 2]), b: tensor([3], "float64") }, { step: "7" });
    const read = (bytes: Uint8Array) => {
      try {
        decodeSafetensors(bytes, { name });
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    };
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (place, byte) => {
        const changed = good.slice();
        changed[place] = byte;
        read(changed);
        expect(() => decodeSafetensors(good.subarray(0, place), { name })).toThrow(DataError);
      }),
      { numRuns: 500 },
    );
  });
});
