import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  endRecord,
  eventRecords,
  fileVersionRecord,
  type HyperParameter,
  scalarRecord,
  settingsRecord,
} from "../../report/tensorboardEvents.ts";
import { DataError } from "../../tensor/errors.ts";
import { listFolder } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";

export interface TensorboardOptions {
  /** the time of the event in seconds since 1970 */
  readonly now?: () => number;
  /** for a resumed run: continues the file in the folder, without events of later steps */
  readonly keepUpTo?: number | undefined;
}

/**
 * An event file for TensorBoard, which can read it while it grows: `tensorboard --logdir <folder>`. Records are buffered for a
 * moment and written together. Throws DataError with the name of the file if it cannot be written.
 */
export class TensorboardWriter {
  readonly file: string;
  private readonly descriptor: number;
  private readonly now: () => number;
  private waiting: Uint8Array[] = [];
  private written: number;

  constructor(folder: string, { now = () => Date.now() / 1000, keepUpTo }: TensorboardOptions = {}) {
    const time = now();
    const earlier = keepUpTo === undefined ? undefined : eventFileOf(folder);
    // TensorBoard reads every file with "tfevents" in its name and sorts the files by time
    this.file = earlier ?? join(folder, `events.out.tfevents.${Math.floor(time)}.${hostname()}.${process.pid}.0`);
    this.now = now;
    this.written = time;
    const before = earlier && readRegularFile(earlier);
    try {
      mkdirSync(folder, { recursive: true });
      this.descriptor = openSync(this.file, earlier ? "r+" : "wx");
    } catch (error) {
      throw this.failure(error);
    }
    if (before && keepUpTo !== undefined) this.cut(before, keepUpTo);
    else this.write(fileVersionRecord(time));
  }

  /** Writes a number at a step, as a float32. NaN and infinities are kept; TensorBoard marks them. */
  scalar(tag: string, step: number, value: number): void {
    const wallTime = this.now();
    this.add(scalarRecord({ tag, step, value, wallTime }), wallTime);
  }

  /** Writes the settings of the run, for the table of the HParams dashboard. */
  settings(settings: Readonly<Record<string, HyperParameter>>): void {
    const wallTime = this.now();
    this.add(settingsRecord(settings, wallTime), wallTime);
  }

  /** Writes that the run is complete after this number of steps. A run that is resumed for more epochs writes this event again. */
  end(steps: number): void {
    const wallTime = this.now();
    this.add(endRecord(wallTime, steps + 1), wallTime);
  }

  flush(): void {
    const records = this.waiting;
    this.waiting = [];
    for (const record of records) this.write(record);
    this.written = this.now();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.descriptor);
    }
  }

  private add(record: Uint8Array, wallTime: number): void {
    this.waiting.push(record);
    if (wallTime - this.written >= 1) this.flush();
  }

  private write(record: Uint8Array): void {
    try {
      writeSync(this.descriptor, record);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Keeps the records up to a step. They are a prefix of the file, because steps only increase. */
  private cut(before: Uint8Array, step: number): void {
    try {
      const records = eventRecords(before);
      const later = records.findIndex((each) => each.step > step);
      const kept = later < 0 ? records : records.slice(0, later);
      ftruncateSync(this.descriptor, 0);
      if (kept.length === 0) this.write(fileVersionRecord(this.now()));
      for (const { record } of kept) this.write(record);
    } catch (error) {
      closeSync(this.descriptor);
      throw error instanceof DataError ? error : this.failure(error);
    }
  }

  private failure(error: unknown): DataError {
    return new DataError(`${this.file}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** The newest event file of a folder. */
function eventFileOf(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const names = listFolder(folder).filter((name) => name.startsWith("events.out.tfevents."));
  const newest = names.sort().at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}
