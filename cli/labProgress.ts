import type { LabEvents, LabStep } from "../assignment/node.ts";
import { formatSeconds } from "./format.ts";
import { showsProgress } from "./output.ts";

const lineMilliseconds = 15_000;

/**
 * Progress of a lab: a line for each finished step. The current step is a line that is updated in a terminal, and printed every
 * 15 seconds in a pipe. The time left is estimated from the cost and the duration of the steps that this process has done.
 */
export function labProgress(): LabEvents & { stop(): void } {
  const live = showsProgress();
  const started = performance.now();
  let current: { readonly step: LabStep; readonly number: number; readonly of: number } | undefined;
  let [costDone, costLeft] = [0, 0];
  let printed = performance.now();
  const clear = (): void => {
    if (live) process.stderr.write("\r\x1b[K");
  };
  const left = (part: number): string => {
    const done = costDone + part * (current?.step.cost ?? 0);
    const seconds = (performance.now() - started) / 1000;
    return done > 0 && seconds > 2
      ? `, about ${formatSeconds((seconds * (costLeft - part * (current?.step.cost ?? 0))) / done)} left`
      : "";
  };
  const show = (text: string): void => {
    if (live) process.stderr.write(`\r\x1b[K${text}`);
    else console.error(text);
    printed = performance.now();
  };
  return {
    onStart(step, done, steps) {
      current = { step, number: done + 1, of: steps.length };
      costLeft = steps.slice(done).reduce((sum, { cost }) => sum + cost, 0);
      if (live) show(`${done + 1}/${steps.length} ${step.title} …`);
    },
    onStep({ epoch, step, steps, loss }) {
      if (!current || performance.now() - printed < (live ? 100 : lineMilliseconds)) return;
      const { number, of, step: under } = current;
      const where = `epoch ${epoch + 1}, ${Math.floor((100 * (step + 1)) / steps)} %, loss ${loss.toFixed(3)}`;
      show(`${number}/${of} ${under.title}: ${where}${left((step + 1) / steps)}`);
    },
    onEnd(step, outcome, seconds, stored) {
      clear();
      if (!stored) {
        costDone += step.cost;
        costLeft -= step.cost;
      }
      const time = stored ? "done before" : formatSeconds(seconds);
      console.log(`✓ ${step.title}: ${outcome} (${time})`);
      current = undefined;
    },
    stop: clear,
  };
}
