import type { TrainSettings } from "../../experiments/settings.ts";
import { figureSvg } from "../../report/figures/figureSvg.ts";
import { pageTheme } from "../../report/figures/theme.ts";
import { formatNumber } from "../../report/format.ts";
import { liveFigure } from "../../report/liveFigure.ts";
import { livePage } from "../../report/livePage.ts";
import type { EpochEvent, StepEvent } from "../../training/fitOptions.ts";
import {
  copyHistory,
  emptyHistory,
  type History,
  type Metric,
  traceInterval,
  wasEvaluated,
} from "../../training/history.ts";
import { LiveServer, type LiveState } from "./liveServer.ts";

export interface LiveRunOptions {
  readonly name: string;
  readonly settings: TrainSettings;
  readonly stepsPerEpoch: number;
  readonly metric: Metric;
  /** for a resumed run: the state before */
  readonly history?: History | undefined;
  /** the validation score of its best epoch */
  readonly bestScore?: number | undefined;
  readonly showScore: (metric: Metric, score: number) => string;
  readonly showSeconds: (seconds: number) => string;
  /** called when the stop button of the page is pressed */
  readonly onStop: () => void;
}

/** The end of a run, for its page. */
export interface LiveEnd {
  /** "Finished" or "Stopped", with the result */
  readonly line: string;
  /** the lines that the command prints */
  readonly text: string;
  /** the report, which the page shows; undefined if there is none */
  readonly report?: string | undefined;
  /** the folder of the run */
  readonly path: string;
}

/** The time between two updates of an open page, and the largest fraction of the time for drawing them. */
const [leastMilliseconds, share] = [500, 0.01];

/** The live page of a run. Its cost is limited: it draws only while a page is open, for at most 1 % of the time. */
export class LiveRun {
  private readonly options: LiveRunOptions;
  private readonly history: History;
  private readonly doneBefore: number;
  private readonly started = performance.now();
  private nextUpdate = 0;
  private step = 0;
  private rate = 0;
  private smooth: number | undefined;
  /** the score of the epoch whose parameters are the current model: the best score, or the lowest loss for ensembles */
  private bestScore: number | undefined;
  private report: string | undefined;
  private server!: LiveServer;

  private constructor(options: LiveRunOptions) {
    this.options = options;
    const { history, metric, stepsPerEpoch } = options;
    this.history = history ? copyHistory(history) : emptyHistory(metric, traceInterval(stepsPerEpoch));
    this.step = this.history.loss.length;
    this.doneBefore = this.step;
    this.bestScore = options.bestScore;
  }

  static async start(options: LiveRunOptions): Promise<LiveRun> {
    const run = new LiveRun(options);
    run.server = await LiveServer.start({
      page: (nonce) => livePage(options.name, nonce),
      state: () => run.state(),
      onStop: options.onStop,
      report: () => run.report,
    });
    return run;
  }

  get url(): string {
    return this.server.url;
  }

  onStep({ loss, learningRate, gradientNorm, step }: StepEvent): void {
    this.history.loss.push(loss);
    if (gradientNorm !== undefined) {
      this.history.trace?.gradientNorm.push(gradientNorm);
      this.history.trace?.learningRate.push(learningRate);
    }
    this.rate = learningRate;
    this.step = step + 1;
    this.smooth = this.smooth === undefined ? loss : 0.98 * this.smooth + 0.02 * loss;
    this.update();
  }

  onEpoch({ trainScore, valScore, trainLoss, valLoss, improved }: EpochEvent): void {
    const { history } = this;
    history.trainScore.push(trainScore);
    history.valScore.push(valScore);
    history.trainLoss?.push(trainLoss);
    history.valLoss?.push(valLoss);
    if (improved) this.bestScore = valScore;
    this.update();
  }

  /** Called after training, while the test scores and the report are computed. */
  evaluating(): void {
    for (const [event, data] of Object.entries(this.state("Evaluating …"))) this.server.publish(event, data);
  }

  async close({ report, ...end }: LiveEnd): Promise<void> {
    this.report = report;
    for (const [event, data] of Object.entries(this.state())) this.server.publish(event, data);
    await this.server.close(JSON.stringify({ ...end, report: report !== undefined }));
  }

  private update(): void {
    const now = performance.now();
    if (now < this.nextUpdate || !this.server.watched) return;
    for (const [event, data] of Object.entries(this.state())) this.server.publish(event, data);
    const after = performance.now();
    this.nextUpdate = after + Math.max(leastMilliseconds, (after - now) / share);
  }

  private state(line = this.line()): LiveState {
    const { options, history } = this;
    const { settings, stepsPerEpoch } = options;
    const total = settings.epochs * stepsPerEpoch;
    const status = JSON.stringify({ line, share: total > 0 ? this.step / total : 0, values: this.values() });
    if (history.loss.length === 0) return { status };
    const figure = liveFigure(history, stepsPerEpoch, settings.epochs);
    const drawings = (["wide", "narrow"] as const).map((size) =>
      figureSvg(figure, pageTheme, { size }).replace("<svg ", `<svg class="${size}" `),
    );
    return { status, figures: drawings.join("") };
  }

  private line(): string {
    const { settings, stepsPerEpoch, showSeconds } = this.options;
    const total = settings.epochs * stepsPerEpoch;
    const seconds = (performance.now() - this.started) / 1000;
    const perSecond = (this.step - this.doneBefore) / seconds;
    const epoch = Math.min(settings.epochs, Math.floor(this.step / stepsPerEpoch) + 1);
    const left = perSecond > 0 ? `, at most ${showSeconds((total - this.step) / perSecond)} left` : "";
    const speed = perSecond > 0 ? `, ${perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0)} steps/s` : "";
    return `Epoch ${epoch} of ${settings.epochs}, step ${this.step} of ${total}${speed}${left}`;
  }

  private values(): (readonly [string, string])[] {
    const { history, options } = this;
    const { metric, trainScore, valScore, trace } = history;
    const newest = valScore.findLastIndex((_, epoch) => wasEvaluated(history, epoch));
    const show = (score: number | undefined) => (score === undefined ? "–" : options.showScore(metric, score));
    const name = metric === "accuracy" ? "accuracy" : "R²";
    const norm = trace?.gradientNorm.at(-1);
    return [
      ["loss", this.smooth === undefined ? "–" : formatNumber(this.smooth, 3)],
      [`training ${name}`, show(trainScore[newest])],
      [`validation ${name}`, show(valScore[newest])],
      [`validation ${name}, best epoch`, show(this.bestScore)],
      ["learning rate", this.rate > 0 ? formatNumber(this.rate, 3) : "–"],
      ["norm of the gradients", norm === undefined ? "–" : formatNumber(norm, 3)],
    ];
  }
}
