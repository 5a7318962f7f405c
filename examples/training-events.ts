// Training as a stream of events: leave the loop to pause, enter it again to continue, abort it from elsewhere.
import {
  measureNormalization,
  parseSettings,
  prepareFit,
  RandomState,
  syntheticSplits,
  type TrainingEvent,
  training,
} from "handgrad";

const sizes = { train: 400, validation: 100, test: 100 };
const splits = syntheticSplits({ random: new RandomState(1), sizes });
const data = { ...splits, normalization: measureNormalization(splits.train) };
const settings = parseSettings({ layers: [3072, 16, 20], epochs: 6, batchSize: 50 });
const controller = new AbortController();
const trainer = training({ ...prepareFit(settings, data), signal: controller.signal });

function report(event: TrainingEvent): void {
  if (event.kind === "step" && event.step % 8 === 0) console.log(`step ${event.step}: loss ${event.loss.toFixed(3)}`);
  if (event.kind === "epoch") console.log(`epoch ${event.epoch}: validation accuracy ${event.valScore}`);
}

for await (const event of trainer) {
  report(event);
  if (event.kind === "epoch" && event.epoch === 1) break; // pause
}
console.log(`paused after ${trainer.steps} steps`);

try {
  for await (const event of trainer) {
    report(event);
    if (event.kind === "epoch" && event.epoch === 3) controller.abort("enough"); // a button, a timer, Ctrl-C …
  }
} catch (reason) {
  console.log(`stopped (${reason}) after ${trainer.steps} steps, best epoch ${trainer.best?.epoch}`);
}
