import type { Block, Report, Section } from "../../src/report/document.ts";
import type { ImagesFigure } from "../../src/report/figures/figure.ts";
import { formatCount, formatSetting, percent } from "../../src/report/format.ts";
import { markup } from "../../src/report/markup.ts";
import { accuracyFigure, lossFigure, type RunCurves } from "../../src/report/runFigures.ts";
import type { ReferenceRun } from "../reference.ts";
import type { CourseRecord } from "./courseRecord.ts";
import type { Exercise } from "./exercise.ts";

export interface Answer {
  readonly exercise: string;
  readonly question: string;
  /** empty if the box is empty */
  readonly answer: string;
}

export interface StudentReportOptions {
  readonly record: CourseRecord;
  readonly exercises: readonly Exercise[];
  readonly answers: readonly Answer[];
  /** the student's files, without unchanged ones */
  readonly listings: readonly { readonly name: string; readonly code: string }[];
  /** the published run of the same settings */
  readonly published: ReferenceRun["published"];
  /** code as cells of a notebook instead of listings */
  readonly cells?: boolean;
}

/** The report of a student's own solution, in the assignment's order: TinyNet, points, answers, code. */
export function studentReport(options: StudentReportOptions): Report {
  const { record, answers } = options;
  const { training, exercises, author } = record;
  const sums = (extra: boolean): string => {
    const ids = new Set(options.exercises.filter(({ chapter }) => (chapter === "extra") === extra).map(({ id }) => id));
    const counted = exercises.filter(({ id }) => ids.has(id));
    const sum = (key: "points" | "possible"): number => counted.reduce((total, one) => total + one[key], 0);
    return `${sum("points")} of ${sum("possible")}`;
  };
  const by = author ? `${author.id === undefined ? author.name : `${author.name} (${author.id})`} · ` : "";
  return {
    title: "Problem 1: solution",
    subtitle: `${by}layers, loss, optimizer and training loop of the student · TypeScript, float64`,
    warnings: training.standIn
      ? ["Trained on procedural images that replace CIFAR-100: accuracies are not those of the assignment."]
      : [],
    summary: [
      ["points", sums(false)],
      ["points, extra chapter", sums(true)],
      ["test accuracy, best epoch", percent(training.bestTestAccuracy)],
      ["test accuracy, last epoch", percent(training.lastTestAccuracy)],
      ["questions answered", `${answers.filter(({ answer }) => answer !== "").length} of ${answers.length}`],
      ["time of the training", `${training.seconds.toFixed(1)} s`],
      ["the same with Handgrad’s code", `${training.ours.seconds.toFixed(1)} s`],
    ],
    footer: markup`All numbers: \`results/training.json\`. \`handgrad course verify\` confirms that this file belongs to the code.`,
    parts: [
      { title: "Training", sections: [trainingSection(options)] },
      { title: "Exercises", sections: [pointsSection(options), ...answerSections(options)] },
      { title: "Code", sections: [codeSection(options)] },
    ],
  };
}

function trainingSection({ record, published }: StudentReportOptions): Section {
  const { training } = record;
  const { settings, images, ours, standIn } = training;
  const epochs = training.validationAccuracy.length;
  const compared = standIn ? undefined : published;
  const curves: RunCurves = {
    name: "TinyNet",
    style: 0,
    loss: training.losses,
    trainScore: training.trainAccuracy,
    valScore: training.validationAccuracy,
  };
  const rows = training.trainAccuracy.map((accuracy, epoch) => [
    String(epoch + 1),
    percent(accuracy),
    percent(training.validationAccuracy[epoch]),
    percent(ours.trainAccuracy[epoch]),
    percent(ours.validationAccuracy[epoch]),
    ...(compared && epoch < compared.train_acc.length
      ? [percent(compared.train_acc[epoch]), percent(compared.val_acc[epoch])]
      : compared
        ? ["–", "–"]
        : []),
  ]);
  const best = Math.max(...training.validationAccuracy);
  return {
    id: "tinynet",
    title: "TinyNet on the 20 superclasses",
    blocks: [
      {
        kind: "text",
        text: markup`Flatten, linear (${inputsOf(record)}→${settings.hidden}), GELU, linear (${settings.hidden}→20), trained with SGD, η = ${formatSetting(settings.learningRate)}, batches of ${settings.batchSize}, ${epochs === 1 ? "1 epoch" : `${epochs} epochs`} of ${formatCount(images.train)} images, seed ${settings.seed}. Best validation accuracy: **${percent(best)}** after epoch ${training.validationAccuracy.indexOf(best) + 1}.${training.losses.length > 0 ? ` The first loss is ${training.losses[0]}.` : ""}`,
      },
      {
        kind: "figure",
        figure: lossFigure([curves], {
          id: "student-loss",
          caption: "Loss of every iteration, and the mean of blocks of iterations.",
          description: "Loss of the student’s training per iteration",
        }),
      },
      {
        kind: "figure",
        figure: accuracyFigure(
          curves,
          {
            id: "student-accuracy",
            caption: compared
              ? "Accuracy after each epoch; rings are the published values."
              : "Accuracy after each epoch.",
            description: "Training and validation accuracy of the student’s training per epoch",
          },
          compared && {
            trainScore: compared.train_acc.slice(0, epochs),
            valScore: compared.val_acc.slice(0, epochs),
          },
        ),
      },
      {
        kind: "table",
        columns: [
          { title: "epoch" },
          { title: "training", align: "right" },
          { title: "validation", align: "right" },
          { title: "Handgrad, training", align: "right" },
          { title: "Handgrad, validation", align: "right" },
          ...(compared
            ? [
                { title: "published training", align: "right" as const },
                { title: "published validation", align: "right" as const },
              ]
            : []),
        ],
        rows,
      },
      ...weightBlocks(record),
    ],
  };
}

const inputsOf = ({ training: { weightImages } }: CourseRecord): number => weightImages.width * weightImages.height * 3;

function weightBlocks({ training: { weightImages } }: CourseRecord): Block[] {
  if (weightImages.rgb.length === 0) return [];
  const { width, height, rgb } = weightImages;
  const figure: ImagesFigure = {
    kind: "images",
    id: "student-weights",
    caption: `Weights of the first layer as images: the ${rgb.length} units with the largest weights, each scaled by its own largest; grey is 0.`,
    description: "First-layer weights of the student’s network as a grid of images",
    columns: { wide: 16, narrow: 8 },
    gap: 3,
    tiles: rgb.map((tile) => ({ rgb: tile, width, height })),
  };
  return [{ kind: "figure", figure }];
}

function pointsSection({ record, exercises }: StudentReportOptions): Section {
  const titleOf = (id: string): string => exercises.find((one) => one.id === id)?.title ?? id;
  return {
    id: "points",
    title: "Points",
    blocks: [
      {
        kind: "table",
        columns: [{ title: "exercise" }, { title: "result" }, { title: "points", align: "right" }],
        rows: record.exercises.map(({ id, status, points, possible }) => [
          titleOf(id),
          status,
          `${points} of ${possible}`,
        ]),
      },
    ],
  };
}

function answerSections({ answers, exercises }: StudentReportOptions): Section[] {
  if (answers.length === 0) return [];
  const titleOf = (id: string): string => exercises.find((one) => one.id === id)?.title ?? id;
  return [
    {
      id: "answers",
      title: "Questions",
      blocks: answers.map(({ exercise, question, answer }) => ({
        kind: "question" as const,
        question: `${titleOf(exercise)}: ${question}`,
        answer: answer === "" ? ["(no answer)"] : answer.split(/\n\s*\n/).map((paragraph) => paragraph.trim()),
      })),
    },
  ];
}

function codeSection({ record, listings, cells = false }: StudentReportOptions): Section {
  return {
    id: "code",
    title: "The student’s code",
    blocks: listings.map(({ name, code }): Block => {
      const lines = [`// ${name}, SHA-256 ${record.code[name]?.slice(0, 16)}…`, ...code.split("\n")];
      return cells ? { kind: "cell", code: lines.join("\n") } : { kind: "code", lines, small: true };
    }),
  };
}
