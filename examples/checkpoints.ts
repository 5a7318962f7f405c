// Checkpoints: a run that was stopped resumes, in another process if need be, with the same result bit for bit.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeCheckpoint,
  fit,
  measureNormalization,
  parseSettings,
  prepareFit,
  RandomState,
  readCheckpoint,
  readSettings,
  syntheticSplits,
  writeCheckpoint,
} from "handgrad/node";

const sizes = { train: 400, validation: 100, test: 100 };
const splits = syntheticSplits({ random: new RandomState(1), sizes });
const data = { ...splits, normalization: measureNormalization(splits.train) };
const settings = parseSettings({ layers: [3072, 16, 20], keepProb: 0.9, optimizer: "adam", learningRate: 1e-3 });
const folder = mkdtempSync(join(tmpdir(), "handgrad-"));

const controller = new AbortController();
await fit({
  ...prepareFit(settings, data),
  signal: controller.signal,
  onStep: ({ step }) => step === 9 && controller.abort(), // such as Ctrl-C; after a power cut, training resumes from the last saved one
  checkpoint: { seconds: 10, save: (state) => writeCheckpoint(folder, encodeCheckpoint(state, settings)) },
});

const { state, about } = readCheckpoint(folder);
console.log(`found: epoch ${state.epoch}, ${state.history.loss.length} steps`);
const resumed = await fit({ ...prepareFit(readSettings(about), data), resume: state });

const whole = await fit(prepareFit(settings, data)); // never interrupted
const same = whole.history.loss.every((loss, step) => loss === resumed.history.loss[step]);
console.log(`${resumed.history.loss.length} steps, the same losses to the bit: ${same}`);
rmSync(folder, { recursive: true });
