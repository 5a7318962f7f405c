import { SingleBar } from "cli-progress";
import { formatSeconds } from "./format.ts";
import { showsProgress } from "./output.ts";

/** Progress of training: a live bar in a terminal, a line every 10 seconds in a pipe. All of it goes to stderr. */
export interface Progress {
  update(step: number, details: { readonly loss: number; readonly epoch: number }): void;
  /** prints lines that stay, above the bar */
  above(print: () => void): void;
  stop(): void;
}

const refreshMilliseconds = 100;
const lineMilliseconds = 10_000;

/** The rate is measured from the first step on, because what comes before it (solving linear members, starting threads) happens once. */
export function trainingProgress(steps: number, epochs: number): Progress {
  let first: { readonly step: number; readonly at: number } | undefined;
  const rate = (step: number) => {
    first ??= { step, at: performance.now() };
    return step > first.step ? (step - first.step) / ((performance.now() - first.at) / 1000) : undefined;
  };
  return showsProgress() ? liveBar(steps, epochs, rate) : plainLines(steps, epochs, rate);
}

/** steps per second; undefined for the first step */
type Rate = (step: number) => number | undefined;

function liveBar(steps: number, epochs: number, rate: Rate): Progress {
  const format = "{bar} {percentage}% | epoch {epoch}/{epochs} | loss {loss} | {rate} steps/s | {left} left";
  const bar = new SingleBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, stream: process.stderr });
  let shown = { epoch: 1, epochs, loss: "–", rate: "–", left: "–" };
  let reached = 0;
  bar.start(steps, reached, shown);
  let smooth: number | undefined;
  let drawn = 0;
  return {
    update(step, { loss, epoch }) {
      smooth = smooth === undefined ? loss : 0.98 * smooth + 0.02 * loss;
      if (performance.now() - drawn < refreshMilliseconds && step < steps) return;
      drawn = performance.now();
      reached = step;
      const perSecond = rate(step);
      const left = formatLeft(steps - step, perSecond);
      shown = { epoch: epoch + 1, epochs, loss: smooth.toFixed(3), rate: formatRate(perSecond), left };
      bar.update(reached, shown);
    },
    // a bar that stops returns to the line where it was started, so a new one is started below the printed text
    above(print) {
      bar.stop();
      print();
      bar.start(steps, reached, shown);
    },
    stop: () => bar.stop(),
  };
}

function plainLines(steps: number, epochs: number, rate: Rate): Progress {
  let printed = performance.now();
  return {
    update(step, { loss, epoch }) {
      const perSecond = rate(step);
      if (performance.now() - printed < lineMilliseconds) return;
      printed = performance.now();
      const where = `epoch ${epoch + 1}/${epochs}, step ${step}/${steps}`;
      const speed = perSecond && `, ${formatRate(perSecond)} steps/s, ${formatLeft(steps - step, perSecond)} left`;
      console.error(`${where}, loss ${loss.toFixed(4)}${speed ?? ""}`);
    },
    above: (print) => print(),
    stop() {},
  };
}

const formatLeft = (steps: number, rate: number | undefined): string => (rate ? formatSeconds(steps / rate) : "–");

function formatRate(rate: number | undefined): string {
  if (rate === undefined) return "–";
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}
