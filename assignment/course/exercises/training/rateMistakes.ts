import type { CallMistake } from "./callMistake.ts";
import type { Calls } from "./calls.ts";
import { stepsPerEpoch } from "./trainingCase.ts";

/** The learning rate of each step is η·decay^power(epoch, …). */
const rates =
  (power: (epoch: number, every: number, step: number) => number) =>
  ({ one, learningRates }: Calls): boolean => {
    const { learningRate, learningRateDecay = 1, decayEvery = 1 } = one;
    return learningRates.every((found, step) => {
      const epoch = Math.floor(step / stepsPerEpoch(one));
      const wanted = learningRate * learningRateDecay ** power(epoch, decayEvery, step);
      return found !== null && Math.abs(found - wanted) <= 1e-9 * wanted;
    });
  };
const rightRates = rates((epoch, every) => Math.floor(epoch / every));
const wrongRates = (cause: string, message: string, power: Parameters<typeof rates>[0]): CallMistake => ({
  cause,
  message,
  isIn: (calls) => !rightRates(calls) && rates(power)(calls),
});

/** When the learning rate decays. */
export const rateMistakes: readonly CallMistake[] = [
  {
    cause: "nan",
    message: "optimizer.learningRate becomes NaN: an option that is left out counts as 1",
    isIn: (calls) => calls.learningRates.includes(null),
  },
  wrongRates("missing-decay", "optimizer.learningRate never decays", () => 0),
  wrongRates("decay-per-step", "the learning rate decays after every step", (_, __, step) => step),
  wrongRates("decay-per-step", "the learning rate decays before every step", (_, __, step) => step + 1),
  wrongRates(
    "decay-per-step",
    "the learning rate decays every decayEvery steps; decayEvery counts epochs",
    (_, every, step) => Math.floor(step / every),
  ),
  wrongRates("decay-every", "the learning rate decays in every epoch: decayEvery is ignored", (epoch) => epoch),
  wrongRates(
    "decay-every",
    "the learning rate decays before every epoch, also before the first one: decayEvery is ignored",
    (epoch) => epoch + 1,
  ),
  wrongRates(
    "decay-early",
    "the learning rate decays before the first epoch as well: epoch 0 is no time to decay",
    (epoch, every) => Math.floor(epoch / every) + 1,
  ),
  wrongRates("decay-early", "the learning rate decays one epoch too early: epochs count from 0", (epoch, every) =>
    Math.floor((epoch + 1) / every),
  ),
  wrongRates("decay-late", "the learning rate decays one epoch too late: epochs count from 0", (epoch, every) =>
    Math.max(0, Math.floor((epoch - 1) / every)),
  ),
  wrongRates("decay-late", "the learning rate decays one epoch too late", (epoch, every) =>
    Math.max(0, Math.ceil(epoch / every) - 1),
  ),
  wrongRates("decay-once", "the learning rate decays only once", (epoch, every) => (epoch >= every ? 1 : 0)),
  wrongRates(
    "decay-not-kept",
    "the learning rate decays in some epochs and returns to its first value in others",
    (epoch, every) => (epoch > 0 && epoch % every === 0 ? 1 : 0),
  ),
  wrongRates(
    "decay-every",
    "the learning rate decays in those epochs in which it should not",
    (epoch, every) => epoch - Math.floor(epoch / every),
  ),
  wrongRates(
    "decay-inverse",
    "the learning rate is divided by the decay; it should be multiplied",
    (epoch, every) => -Math.floor(epoch / every),
  ),
  wrongRates(
    "decay-twice",
    "the learning rate is multiplied by higher and higher powers of the decay",
    (epoch, every) => {
      const decays = Math.floor(epoch / every);
      return (decays * (decays + 1)) / 2;
    },
  ),
  wrongRates(
    "decay-twice",
    "the learning rate decays twice each time",
    (epoch, every) => 2 * Math.floor(epoch / every),
  ),
  {
    cause: "learning-rate",
    message:
      "optimizer.learningRate has wrong values in some steps: it should be multiplied by learningRateDecay at the start of each epoch e > 0 with e mod decayEvery = 0",
    isIn: (calls) => !rightRates(calls),
  },
];
