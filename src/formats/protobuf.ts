import { DataError } from "../tensor/errors.ts";
import { concatenate } from "./byteReader.ts";

/**
 * The part of protobuf's wire format that ONNX needs: varints, length-delimited bytes, and 32-bit numbers. Source:
 * https://protobuf.dev/programming-guides/encoding
 */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = [];

  /** a whole number of at least 0 */
  integer(field: number, value: number): this {
    return this.varint(8 * field).varint(value);
  }

  /** a whole number that may be negative, as 64-bit two's complement */
  signed(field: number, value: number): this {
    if (value >= 0) return this.integer(field, value);
    this.varint(8 * field);
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    this.parts.push(Uint8Array.from(bytes));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.varint(8 * field + 5).parts.push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(8 * field + 2)
      .varint(value.length)
      .parts.push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return concatenate(this.parts) as Uint8Array<ArrayBuffer>;
  }

  private varint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
    this.parts.push(Uint8Array.from(bytes));
    return this;
  }
}

/** A field of a message: a number, or bytes, which may be a text or a message. */
export interface ProtobufField {
  readonly field: number;
  readonly value: number | Uint8Array;
  /** the position in the file */
  readonly offset: number;
}

/** The fields of a message, in order. Throws DataError with the file and the byte. */
export function* readProtobuf(
  bytes: Uint8Array,
  { name, start = 0 }: { readonly name: string; readonly start?: number },
): Generator<ProtobufField, void, void> {
  let at = 0;
  const fail = (problem: string): never => {
    throw new DataError(`${name}: not valid protobuf at byte ${start + at}: ${problem}`);
  };
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) fail("it is truncated");
      const byte = bytes[at++];
      value += (byte & 127) * 128 ** i;
      // A negative number exceeds 2⁵³ here; where one is expected, its bytes are compared.
      if (byte < 128) return value;
    }
    return fail("expected a number of at most 10 bytes, found more");
  };
  while (at < bytes.length) {
    const offset = start + at;
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (field === 0) fail("expected a field number, found 0");
    if (type === 0) {
      yield { field, value: varint(), offset };
    } else if (type === 2 || type === 5 || type === 1) {
      const length = type === 2 ? varint() : type === 5 ? 4 : 8;
      if (length > bytes.length - at) fail(`expected ${length} bytes, found ${bytes.length - at}`);
      at += length;
      yield { field, value: bytes.subarray(at - length, at), offset: start + at - length };
    } else {
      fail(`fields of type ${type} are not supported`);
    }
  }
}
