import type { TrainSettings } from "../../experiments/settings.ts";
import { flattenSettings } from "../../report/comparison.ts";
import type { HyperParameter } from "../../report/tensorboardEvents.ts";
import type { EpochEvent, StepEvent } from "../../training/fitOptions.ts";
import { TensorboardWriter } from "./tensorboard.ts";

const mostLosses = 1000;

export interface RunEventsOptions {
  readonly settings: TrainSettings;
  readonly stepsPerEpoch: number;
  /** for a resumed run: the losses that were recorded before */
  readonly done?: readonly number[] | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * The event file of a run. It contains at most a thousand means of the loss; learning rate and gradient norm, if recorded; loss
 * and score on training and validation rows after each epoch; and the settings. If the file cannot be written, there is a warning
 * and training continues without it.
 */
export class RunEvents {
  private writer: TensorboardWriter | undefined;
  private readonly options: RunEventsOptions;
  /** the number of steps that one point of the loss covers */
  private readonly every: number;
  /** the losses of the steps since the last point */
  private losses: number[];
  private steps: number;
  /** the last step with a written gradient norm */
  private measured = -Infinity;

  constructor(folder: string, options: RunEventsOptions) {
    const { settings, stepsPerEpoch, done = [] } = options;
    this.options = options;
    this.every = Math.max(1, Math.ceil((settings.epochs * stepsPerEpoch) / mostLosses));
    this.steps = done.length;
    this.losses = done.slice(done.length - (done.length % this.every));
    this.attempt(() => {
      this.writer = new TensorboardWriter(folder, { keepUpTo: done.length > 0 ? done.length : undefined });
      if (done.length === 0) this.writer.settings(hyperParameters(settings));
    });
  }

  step({ step, loss, learningRate, gradientNorm }: StepEvent): void {
    this.losses.push(loss);
    this.steps = step + 1;
    if (gradientNorm !== undefined && step - this.measured >= this.every) {
      this.measured = step;
      this.scalar("gradient_norm", step + 1, gradientNorm);
      this.scalar("learning_rate", step + 1, learningRate);
    }
    if ((step + 1) % this.every > 0) return;
    this.scalar("loss", step + 1, this.losses.reduce((sum, each) => sum + each, 0) / this.losses.length);
    this.losses = [];
  }

  epoch({ epoch, metric, evaluated, trainScore, valScore, trainLoss, valLoss }: EpochEvent): void {
    if (!evaluated) return;
    const step = (epoch + 1) * this.options.stepsPerEpoch;
    const name = metric === "accuracy" ? "accuracy" : "r_squared";
    this.scalar(`${name}/training`, step, trainScore);
    this.scalar(`${name}/validation`, step, valScore);
    this.scalar("epoch_loss/training", step, trainLoss);
    this.scalar("epoch_loss/validation", step, valLoss);
  }

  close({ complete }: { readonly complete: boolean }): void {
    this.attempt(() => {
      if (complete) this.writer?.end(this.steps);
      this.writer?.close();
      this.writer = undefined;
    });
  }

  private scalar(tag: string, step: number, value: number): void {
    this.attempt(() => this.writer?.scalar(tag, step, value));
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      const { writer } = this;
      this.writer = undefined;
      try {
        writer?.close();
      } catch {
        // The first error was reported.
      }
      this.options.onWarning(`no event file for TensorBoard: ${(error as Error).message}`);
    }
  }
}

/** Settings by name, with names such as "schedule.kind" for nested settings. Settings without a value are left out. */
function hyperParameters(settings: TrainSettings): Record<string, HyperParameter> {
  const flat = Object.entries(flattenSettings(settings)).filter(([, text]) => text !== "undefined");
  return Object.fromEntries(
    flat.map(([name, text]): [string, HyperParameter] => {
      if (text === "true" || text === "false") return [name, text === "true"];
      return [name, text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text];
    }),
  );
}
