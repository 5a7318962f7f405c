import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recognizeFile } from "../../src/formats/recognizeFile.ts";
import { importModel, readModel } from "../../src/node.ts";
import fc from "../properties.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-foreign-");

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const zip = (name: string) => latin1(`PK\x03\x04${"\0".repeat(26)}${name}…`.replace("…", "\0".repeat(50)));
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url)));

/** Files of others as they begin, and what the one line about each must say. */
const foreign: readonly [name: string, bytes: Uint8Array, says: RegExp][] = [
  ["model.pt", zip("archive/data.pkl"), /a PyTorch file .*never opened; .*save_file\(model\.state_dict\(\)/],
  ["old.pth", latin1("\x80\x02\x8a\x0al\xfc\x9c"), /a Python pickle .*old PyTorch file.*never opened/],
  ["model.joblib", latin1("\x80\x04\x95\x10\0\0\0"), /a Python pickle \(joblib/],
  ["model.joblib.z", latin1("\x78\x9c\x01\x02\x03"), /a compressed joblib file/],
  ["model.h5", latin1("\x89HDF\r\n\x1a\n\0\0"), /an HDF5 file \(Keras\); .*numpy\.savez\(/],
  ["model.keras", zip("model.weights.h5"), /a Keras model/],
  ["model.tflite", latin1("\x1c\0\0\0TFL3\0\0"), /a TensorFlow Lite model/],
  ["saved_model.pb", Uint8Array.of(8, 1, 18, 2, 10, 0), /a TensorFlow SavedModel/],
  ["torch.onnx", Uint8Array.of(8, 8, 18, 7, ...latin1("pytorch"), 58, 0, 66, 0), /an ONNX model written by pytorch; /],
  ["model.onnx", fixture("relu.onnx"), /an ONNX model written by handgrad; .*handgrad import /],
  ["model.npz", fixture("batch.npz"), /NumPy arrays \(\.npz\); .*handgrad import /],
  ["model.json", fixture("batch.json"), /a JSON file; .*handgrad import /],
  ["book.xlsx", zip("[Content_Types].xml"), /an Office document/],
  ["rows.csv", latin1("a,b\r\n1,2\r\n"), /a text file/],
  ["empty.bin", new Uint8Array(0), /an empty file/],
  ["random.bin", Uint8Array.of(7, 200, 3, 250, 90, 1, 17, 99, 2), /a file of an unknown kind/],
];

test.each(foreign)("%s as a model: one line says what it is and what is expected", async (name, bytes, says) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  let message = "";
  try {
    readModel(file);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(says);
  expect(message).toContain("expected a run folder or a model file of Handgrad");
  expect(message).not.toContain("\n");
  if (/handgrad|Handgrad arrays|\.npz|JSON/.test(message.split(";")[0])) return; // those can be imported
  await expect(importModel(bytes, { name })).rejects.toThrow(name);
});

test("any bytes are something, at once", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(recognizeFile(bytes).what).toMatch(/^(an? |NumPy|one )/);
    }),
  );
});
