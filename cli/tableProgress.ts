import { SingleBar } from "cli-progress";

const refreshMilliseconds = 100;
/** What is read sooner needs no bar. */
const patienceMilliseconds = 500;
const lineMilliseconds = 5000;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A bar needs an end. */
const isLive = (total: number | undefined): total is number => process.stderr.isTTY && total !== undefined;

/** Progress of reading a file or standard input: a live bar in a terminal, a line every 5 seconds in a pipe. All of it goes to stderr. */
export function tableProgress(): { update(read: number, total: number | undefined): void; stop(): void } {
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
    update(read, total) {
      const now = performance.now();
      if (read < before) started = now; // another file, or the same again
      before = read;
      if (read === total) return stop();
      const wait = isLive(total) ? (bar ? refreshMilliseconds : patienceMilliseconds) : lineMilliseconds;
      if (now - Math.max(shown, started) < wait) return;
      shown = now;
      const rate = `${megabytes(read / ((now - started) / 1000))} MB/s`;
      if (!isLive(total)) {
        console.error(`reading: ${megabytes(read)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB, ${rate}`);
        return;
      }
      if (!bar) {
        const format = "reading {bar} {percentage}% | {read} of {all} MB | {rate} | {eta} s left";
        bar = new SingleBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, stream: process.stderr });
        process.once("exit", stop); // an error on the way must not leave the terminal without a cursor
        bar.start(total, read, { read: megabytes(read), all: megabytes(total), rate });
      }
      bar.update(read, { read: megabytes(read), all: megabytes(total), rate });
    },
  };
}
