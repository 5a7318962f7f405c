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
