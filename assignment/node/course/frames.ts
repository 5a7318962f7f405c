import { deserialize, serialize } from "node:v8";
import type { FromRunner, TrainRequest } from "../../course/runner.ts";
import type { Request } from "../../course/wire.ts";

// The protocol between the grader and the process of a student's code: frames of four bytes of length (little endian) and a value in the
// format of structured cloning. The process reads from descriptor 0 and writes to descriptor 3; all other output is ignored.

export const answersDescriptor = 3;
/** No answer of an exercise is longer. */
export const mostFrameBytes = 400_000_000;

/** The input at the start of the process. */
export interface Start {
  /** the texts of the project's files by their paths in it, such as "linear.ts" */
  readonly files: ReadonlyMap<string, string>;
  /** for a training: products of matrices by the fast kernels */
  readonly training: boolean;
}

export type ToProcess = Start | Request | TrainRequest;

export function encodeFrame(value: ToProcess | FromRunner): Uint8Array {
  const content = serialize(value);
  const frame = new Uint8Array(4 + content.length);
  new DataView(frame.buffer).setUint32(0, content.length, true);
  frame.set(content, 4);
  return frame;
}

/** Puts frames together from the pieces in which a pipe delivers them. The values are unchecked. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** The values that are complete with this piece. Throws RangeError if a frame is too long. */
  push(piece: Uint8Array): unknown[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const values: unknown[] = [];
    for (let size = this.#size(); size !== undefined && this.#length >= 4 + size; size = this.#size()) {
      const all = this.#all();
      values.push(deserialize(all.subarray(4, 4 + size)));
      this.#pieces = [all.subarray(4 + size)];
      this.#length -= 4 + size;
    }
    return values;
  }

  #size(): number | undefined {
    if (this.#length < 4) return undefined;
    const first = this.#pieces[0].length >= 4 ? this.#pieces[0] : this.#all();
    const size = new DataView(first.buffer, first.byteOffset).getUint32(0, true);
    if (size > mostFrameBytes) throw new RangeError(`a frame of ${size} bytes`);
    return size;
  }

  #all(): Uint8Array {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0];
  }
}
