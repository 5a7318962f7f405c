import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasCheckpoint } from "../../src/node/runs/checkpointFiles.ts";
import { TensorboardWriter } from "../../src/node/runs/tensorboard.ts";
import {
  chooseSettings,
  openKernels,
  parseCsv,
  RunFolder,
  type RunRecord,
  runTraining,
  tableSource,
} from "../../src/node.ts";
import { crc32c, scalarRecord, tfRecord } from "../../src/report/tensorboardEvents.ts";

/** CRC-32C bit by bit, the polynomial written the other way round than in the code under test. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(slowCrc32c(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Every record of an event file, its two checksums compared. */
function readRecords(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

type Fields = Record<number, number | bigint | Uint8Array>;

function readMessage(bytes: Uint8Array): Fields {
  const fields: Fields = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = key >> 3;
    if ((key & 7) === 0) fields[field] = varint();
    else if ((key & 7) === 1) [fields[field], at] = [view.getFloat64(at, true), at + 8];
    else if ((key & 7) === 5) [fields[field], at] = [view.getFloat32(at, true), at + 4];
    else {
      const length = Number(varint());
      fields[field] = bytes.subarray(at, at + length);
      at += length;
    }
  }
  return fields;
}

function readScalar(record: Uint8Array) {
  const event = readMessage(record);
  const value = readMessage(readMessage(event[5] as Uint8Array)[1] as Uint8Array);
  return {
    wallTime: event[1],
    step: Number(event[2]),
    tag: new TextDecoder().decode(value[1] as Uint8Array),
    value: value[2],
  };
}

test("CRC-32C has the value that RFC 3720 gives for 32 zeros, and the usual check value", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("a record is framed with its length and two masked checksums", () => {
  const data = new TextEncoder().encode("some bytes");
  expect(readRecords(tfRecord(data))).toEqual([data]);
});

test("a scalar is read back", () => {
  const event = { tag: "accuracy/validation", step: 70_000, value: 0.25, wallTime: 1_700_000_000.5 };
  expect(readScalar(readRecords(scalarRecord(event))[0])).toEqual(event);
});

test("a writer's file begins with its version and holds every scalar", () => {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-"));
  try {
    let time = 1000;
    const writer = new TensorboardWriter(join(folder, "run"), { now: () => time++ });
    writer.scalar("loss", 1, 2.5);
    writer.scalar("loss", 2, 1.5);
    writer.close();
    const [name] = readdirSync(join(folder, "run"));
    expect(name).toMatch(/^events\.out\.tfevents\.1000\./);
    const [version, ...scalars] = readRecords(readFileSync(writer.file));
    expect(new TextDecoder().decode(readMessage(version)[3] as Uint8Array)).toBe("brain.Event:2");
    expect(scalars.map(readScalar).map(({ tag, step, value }) => [tag, step, value])).toEqual([
      ["loss", 1, 2.5],
      ["loss", 2, 1.5],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const csv = `a,b\n${Array.from({ length: 60 }, (_, i) => `${(i * 7) % 31},${i % 2 ? "yes" : "no"}`).join("\n")}`;
const source = tableSource(parseCsv(csv, { name: "small" }), { target: "b" });
const kernels = openKernels({ kernels: "scalar", threads: 1 });

/** Trains in a folder up to an epoch, from its checkpoint if it has one. */
async function trainUpTo(path: string, epochs: number): Promise<RunRecord> {
  const folder = hasCheckpoint(path) ? RunFolder.resume(path) : RunFolder.create(path);
  const saved = hasCheckpoint(path) ? folder.saved() : undefined;
  const settings = { ...(saved?.settings ?? chooseSettings(source, { patience: undefined })), epochs };
  const kernelRecord = { name: "scalar", choice: "scalar", strict: false };
  try {
    return (await runTraining({ folder, settings, source, kernels, kernelRecord, saved, tensorboard: true })).record;
  } finally {
    folder.close();
  }
}

const eventFiles = (folder: string) => readdirSync(folder).filter((name) => name.includes("tfevents"));

test("the event file of a run: losses, scores, learning rate, gradient norm; a resumed run has each step once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-"));
  try {
    await trainUpTo(folder, 2);
    // What was written after the last checkpoint of a killed process, and a record that is cut off
    const [name] = eventFiles(folder);
    const late = scalarRecord({ tag: "loss", step: 1e6, value: 9, wallTime: 1 });
    appendFileSync(join(folder, name), Buffer.concat([late, late.subarray(0, 9)]));
    const { loss, trace, trainScore, valScore, valLoss = [] } = await trainUpTo(folder, 4);
    expect(eventFiles(folder)).toEqual([name]);
    const events = readRecords(readFileSync(join(folder, name))).slice(1);
    const scalars = events.map(readScalar).filter(({ tag }) => !tag.startsWith("_hparams_"));
    const steps = loss.length / 4;
    const pairs = (tag: string) => scalars.filter((each) => each.tag === tag).map(({ step, value }) => [step, value]);
    const afterEpochs = (values: readonly number[]) => values.map((value, i) => [(i + 1) * steps, Math.fround(value)]);
    expect(pairs("loss")).toEqual(loss.map((value, i) => [i + 1, Math.fround(value)]));
    expect(pairs("accuracy/training")).toEqual(afterEpochs(trainScore));
    expect(pairs("accuracy/validation")).toEqual(afterEpochs(valScore));
    expect(pairs("epoch_loss/validation")).toEqual(afterEpochs(valLoss));
    expect(pairs("gradient_norm")).toEqual(
      trace?.gradientNorm.map((norm, i) => [1 + i * trace.every, Math.fround(norm)]),
    );
    expect(pairs("learning_rate")[0]).toEqual([1, Math.fround(trace?.learningRate[0] ?? 0)]);
    const tags = events.map((event) => readScalar(event).tag).filter((tag) => tag.startsWith("_hparams_"));
    expect(tags).toEqual(["_hparams_/session_start_info", "_hparams_/session_end_info"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
start = HParamsPluginData.FromString(events.PluginTagToContent("hparams")["_hparams_/session_start_info"])
hparams = {k: v.number_value if v.HasField("number_value") else v.string_value for k, v in start.session_start_info.hparams.items()}
print(json.dumps({"scalars": scalars, "hparams": hparams}))
`;
const python = ["/opt/py/bin/python", "python3"].find(
  (each) => spawnSync(each, ["-c", "import tensorboard"], { encoding: "utf8" }).status === 0,
);

test.skipIf(!python)("TensorBoard's own reader reads the file (skipped without Python and tensorboard)", async () => {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-"));
  try {
    const { loss, valScore, config } = await trainUpTo(folder, 2);
    const { stdout, stderr } = spawnSync(python ?? "", ["-c", script, folder], { encoding: "utf8" });
    expect(stdout, stderr).not.toBe("");
    const { scalars, hparams } = JSON.parse(stdout);
    expect(scalars.loss).toEqual(loss.map((value, i) => [i + 1, Math.fround(value)]));
    expect(scalars["accuracy/validation"]).toHaveLength(valScore.length);
    expect(hparams).toMatchObject({
      learningRate: config.learningRate,
      optimizer: "adam",
      "schedule.kind": "oneCycle",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
