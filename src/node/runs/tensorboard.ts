import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileVersionRecord, scalarRecord } from "../../report/tensorboardEvents.ts";
import { DataError } from "../../tensor/errors.ts";

/**
 * An event file for TensorBoard, which reads it while it grows: `tensorboard --logdir <folder>`. Records are kept for a moment and
 * written together. Throws DataError that names the file when it cannot be written.
 */
export class TensorboardWriter {
  readonly file: string;
  private readonly descriptor: number;
  private readonly now: () => number;
  private waiting: Uint8Array[] = [];
  private written: number;

  constructor(folder: string, { now = () => Date.now() / 1000 }: { readonly now?: () => number } = {}) {
    const time = now();
    // TensorBoard takes every file with "tfevents" in its name, and sorts by the time
    this.file = join(folder, `events.out.tfevents.${Math.floor(time)}.${hostname()}.${process.pid}.0`);
    this.now = now;
    this.written = time;
    try {
      mkdirSync(folder, { recursive: true });
      this.descriptor = openSync(this.file, "wx");
    } catch (error) {
      throw new DataError(`${this.file}: cannot be written: ${(error as Error).message}`, { cause: error });
    }
    this.write(fileVersionRecord(time));
  }

  /** A number at a step, as a float32; NaN and infinities are kept, TensorBoard marks them. */
  scalar(tag: string, step: number, value: number): void {
    const wallTime = this.now();
    this.waiting.push(scalarRecord({ tag, step, value, wallTime }));
    if (wallTime - this.written >= 1) this.flush();
  }

  flush(): void {
    for (const record of this.waiting) this.write(record);
    this.waiting = [];
    this.written = this.now();
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private write(record: Uint8Array): void {
    try {
      writeSync(this.descriptor, record);
    } catch (error) {
      throw new DataError(`${this.file}: cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }
}
