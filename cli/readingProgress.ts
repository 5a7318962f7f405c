import { SingleBar } from "cli-progress";
import { formatSeconds } from "./format.ts";
import { showsProgress } from "./output.ts";

const refreshMilliseconds = 100;
/** What is read sooner needs no bar. */
const patienceMilliseconds = 500;
const lineMilliseconds = 5000;

/** Progress of reading many things: a live bar in a terminal, a line every 5 seconds in a pipe. All of it goes to stderr. */
export function readingProgress(what: string): { update(done: number, all: number): void; stop(): void } {
  let started: number | undefined;
  let shown = 0;
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    update(done, all) {
      const now = performance.now();
      started ??= now;
      if (done >= all) return stop();
      const wait = showsProgress() ? (bar ? refreshMilliseconds : patienceMilliseconds) : lineMilliseconds;
      if (now - Math.max(shown, started) < wait) return;
      shown = now;
      const left = formatSeconds(((now - started) / 1000 / done) * (all - done));
      if (!showsProgress()) {
        const [read, total] = [done, all].map((count) => count.toLocaleString("en"));
        console.error(`reading ${what}: ${read} of ${total}, ${left} left`);
        return;
      }
      if (!bar) {
        const format = `reading ${what} {bar} {value}/{total} | {left} left`;
        bar = new SingleBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, stream: process.stderr });
        bar.start(all, done, { left });
      }
      bar.update(done, { left });
    },
  };
}
