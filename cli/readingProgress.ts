import { SingleBar } from "cli-progress";
import { formatSeconds } from "./format.ts";
import { showsProgress } from "./output.ts";

const refreshMilliseconds = 100;
/** Reading that takes less time shows no bar. */
const patienceMilliseconds = 500;
const lineMilliseconds = 5000;

/** What reading has done: `all` is undefined where the end is not known, which a bar needs. */
interface Reading {
  readonly done: number;
  readonly all: number | undefined;
  readonly seconds: number;
}

interface ReadingFormat {
  /** as cli-progress takes it; `values` are inserted */
  readonly bar: string;
  values(reading: Reading & { readonly all: number }): Readonly<Record<string, string>>;
  line(reading: Reading): string;
}

export interface ReadingProgress {
  update(done: number, all: number | undefined): void;
  stop(): void;
}

/** Progress of reading: a live bar in a terminal, a line every 5 seconds in a pipe. All of it goes to stderr. */
function readingBar({ bar: format, values, line }: ReadingFormat): ReadingProgress {
  let started = 0;
  let shown = 0;
  let before = Number.POSITIVE_INFINITY;
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    update(done, all) {
      const now = performance.now();
      if (done < before) started = now; // another file, or the same again
      before = done;
      if (all !== undefined && done >= all) return stop();
      const live = showsProgress() && all !== undefined;
      const wait = live ? (bar ? refreshMilliseconds : patienceMilliseconds) : lineMilliseconds;
      if (now - Math.max(shown, started) < wait) return;
      shown = now;
      const seconds = (now - started) / 1000;
      if (!live) {
        console.error(line({ done, all, seconds }));
        return;
      }
      if (!bar) {
        bar = new SingleBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, stream: process.stderr });
        process.once("exit", stop); // an error on the way must not leave the terminal without a cursor
        bar.start(all, done, values({ done, all, seconds }));
      }
      bar.update(done, values({ done, all, seconds }));
    },
  };
}

/** Progress of reading many things, such as images. */
export function readingProgress(what: string): ReadingProgress {
  const left = ({ done, all = done, seconds }: Reading) => formatSeconds((seconds / done) * (all - done));
  return readingBar({
    bar: `reading ${what} {bar} {value}/{total} | {left} left`,
    values: (reading) => ({ left: left(reading) }),
    line: (reading) => {
      const [done, all] = [reading.done, reading.all ?? reading.done].map((count) => count.toLocaleString("en"));
      return `reading ${what}: ${done} of ${all}, ${left(reading)} left`;
    },
  });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const rate = ({ done, seconds }: Reading): string => `${megabytes(done / seconds)} MB/s`;

/** Progress of reading a file or standard input, in bytes. */
export function tableProgress(): ReadingProgress {
  return readingBar({
    bar: "reading {bar} {percentage}% | {read} of {size} MB | {rate} | {eta} s left",
    values: (reading) => ({ read: megabytes(reading.done), size: megabytes(reading.all), rate: rate(reading) }),
    line: (reading) => {
      const of = reading.all === undefined ? "" : ` of ${megabytes(reading.all)}`;
      return `reading: ${megabytes(reading.done)}${of} MB, ${rate(reading)}`;
    },
  });
}
