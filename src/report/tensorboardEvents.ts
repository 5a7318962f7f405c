/** One number of a run at a step, as TensorBoard shows it: tag "accuracy/validation". */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  /** seconds since 1970 */
  readonly wallTime: number;
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32C (RFC 3720, appendix B.4), with the polynomial that has hardware support and TFRecord uses. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = castagnoli[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** TFRecord's masked checksum: rotated and shifted, so that the checksum of data with checksums in it stays a good one. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Bytes framed as TensorFlow's TFRecord: length (8), masked checksum of the length (4), the bytes, their masked checksum (4), all
 * little-endian. https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/** Fields of protocol buffers, written by hand: number and wire type in one varint, then the value. */
class Message {
  private readonly bytes: number[] = [];

  private varint(value: number): this {
    let rest = BigInt(value);
    for (; rest > 127n; rest >>= 7n) this.bytes.push(Number(rest & 127n) | 128);
    this.bytes.push(Number(rest));
    return this;
  }

  integer(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }

  double(field: number, value: number): this {
    this.varint((field << 3) | 1).bytes.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  float(field: number, value: number): this {
    this.varint((field << 3) | 5).bytes.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  data(field: number, value: Uint8Array): this {
    this.varint((field << 3) | 2)
      .varint(value.length)
      .bytes.push(...value);
    return this;
  }

  text(field: number, value: string): this {
    return this.data(field, new TextEncoder().encode(value));
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/** The first record of an event file. Event: wall_time = 1 (double), file_version = 3 (string). */
export function fileVersionRecord(wallTime: number): Uint8Array {
  return tfRecord(new Message().double(1, wallTime).text(3, "brain.Event:2").finish());
}

/**
 * A scalar as a record. Event: wall_time = 1, step = 2 (int64), summary = 5; Summary: value = 1; Value: tag = 1, simple_value = 2
 * (float). https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */
export function scalarRecord({ tag, step, value, wallTime }: ScalarEvent): Uint8Array {
  const one = new Message().text(1, tag).float(2, value).finish();
  const summary = new Message().data(1, one).finish();
  return tfRecord(new Message().double(1, wallTime).integer(2, step).data(5, summary).finish());
}

/** A setting as TensorBoard's table of hyperparameters shows it. */
export type HyperParameter = number | string | boolean;

/**
 * The settings of a run, for the HParams dashboard: HParamsPluginData: version = 1, session_start_info = 3; SessionStartInfo:
 * hparams = 1 (map of string to google.protobuf.Value), start_time_secs = 5.
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto
 */
export function settingsRecord(settings: Readonly<Record<string, HyperParameter>>, wallTime: number): Uint8Array {
  const start = new Message();
  for (const [name, value] of Object.entries(settings)) {
    const shown = new Message();
    if (typeof value === "number") shown.double(2, value);
    else if (typeof value === "string") shown.text(3, value);
    else shown.integer(4, value ? 1 : 0);
    start.data(1, new Message().text(1, name).data(2, shown.finish()).finish());
  }
  const plugin = new Message().integer(1, 0).data(3, start.double(5, wallTime).finish()).finish();
  return pluginRecord("_hparams_/session_start_info", plugin, wallTime);
}

/** The end of a run, after `step`: session_end_info = 4; SessionEndInfo: status = 1 (1 is success), end_time_secs = 2. */
export function endRecord(wallTime: number, step: number): Uint8Array {
  const end = new Message().integer(1, 1).double(2, wallTime).finish();
  const content = new Message().integer(1, 0).data(4, end).finish();
  return pluginRecord("_hparams_/session_end_info", content, wallTime, step);
}

/** Value: tag = 1, metadata = 9; SummaryMetadata: plugin_data = 1; PluginData: plugin_name = 1, content = 2. */
function pluginRecord(tag: string, content: Uint8Array, wallTime: number, step = 0): Uint8Array {
  const plugin = new Message().text(1, "hparams").data(2, content).finish();
  const value = new Message().text(1, tag).data(9, new Message().data(1, plugin).finish()).finish();
  const event = new Message().double(1, wallTime).integer(2, step);
  return tfRecord(event.data(5, new Message().data(1, value).finish()).finish());
}

/** The complete records of an event file, each with its step (0 if it has none); the list ends at the first incomplete or damaged record. */
export function eventRecords(file: Uint8Array): { readonly record: Uint8Array; readonly step: number }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: { record: Uint8Array; step: number }[] = [];
  for (let at = 0; at + 16 <= file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8)) || at + 16 + length > file.length)
      break;
    const data = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== maskedCrc32c(data)) break;
    records.push({ record: file.subarray(at, at + 16 + length), step: stepOf(data) });
    at += 16 + length;
  }
  return records;
}

/** Event: wall_time = 1 (a double, always first), step = 2. */
function stepOf(event: Uint8Array): number {
  const at = event[0] === 9 ? 9 : 0;
  if (event[at] !== 16) return 0;
  let step = 0;
  for (let i = at + 1, scale = 1; i < event.length; i++, scale *= 128) {
    step += (event[i] & 127) * scale;
    if (event[i] < 128) break;
  }
  return step;
}
