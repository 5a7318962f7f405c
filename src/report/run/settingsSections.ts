import { flattenSettings, layersText } from "../comparison.ts";
import type { Block, Section } from "../document.ts";
import { formatCount, formatDuration } from "../format.ts";
import { markup } from "../markup.ts";
import { type ReportedRun, stepsPerEpoch } from "./reportedRun.ts";

type Flat = Readonly<Record<string, string>>;

/** Longer values are cut: those of an ensemble's layers fill pages, and history.json has them whole. */
const longest = 160;

const shown = (value: string): string => (value.length <= longest ? value : `${value.slice(0, longest)}…`);

/** The settings that differ from the defaults for this data, then all settings, folded. */
export function settingsSection({ config, rule, evaluation }: ReportedRun): Section {
  const settings: Flat = { ...flattenSettings(config), ...(rule && { rule }) };
  const defaults = evaluation?.defaults && flattenSettings(evaluation.defaults);
  const differing = Object.keys(settings).filter((key) => defaults && settings[key] !== defaults[key]);
  const described = layersText(config);
  const textOf = (key: string, settingsOf: Flat, inWords: string | undefined) =>
    key === "layers" && inWords !== undefined ? inWords : shown(settingsOf[key] ?? "–");
  const defaultLayers = evaluation?.defaults && layersText(evaluation.defaults);
  const sameWords = described !== undefined && described === defaultLayers && settings.layers !== defaults?.layers;
  const table = (keys: readonly string[]): Block => ({
    kind: "table",
    columns: [{ title: "setting" }, { title: "value" }, ...(defaults ? [{ title: "default for this data" }] : [])],
    rows: keys.map((key) => [
      markup`\`${key}\``,
      textOf(key, settings, sameWords ? undefined : described),
      ...(defaults
        ? [defaults[key] === settings[key] ? "same" : textOf(key, defaults, sameWords ? undefined : defaultLayers)]
        : []),
    ]),
  });
  const different: Block[] = !defaults
    ? []
    : differing.length === 0
      ? [{ kind: "text", text: "All settings are the defaults for this data." }]
      : [table(differing)];
  const all = table(Object.keys(settings));
  const { parameters, summary } = evaluation ?? {};
  return {
    id: "settings",
    title: "Settings",
    blocks: [
      ...different,
      ...(defaults ? [{ kind: "folded" as const, title: "All settings", blocks: [all] }] : [all]),
      ...(summary === undefined
        ? []
        : [
            {
              kind: "folded" as const,
              title: `The network, ${formatCount(parameters ?? 0)} parameters`,
              blocks: [{ kind: "code" as const, lines: summary.split("\n") }],
            },
          ]),
    ],
  };
}

export function reproduceSection(run: ReportedRun): Section {
  const { evaluation, kernels, seconds, config, valScore, loss } = run;
  const command = evaluation?.command;
  const steps = stepsPerEpoch(run);
  const epochs = steps === undefined ? "" : `, ${formatCount(Math.round(steps))} in each epoch`;
  const rows: [string, string][] = [
    ["seed", String(config.seed ?? "–")],
    ["kernels", kernels],
    ["training time", formatDuration(seconds)],
    ["epochs", `${formatCount(valScore.length)} of ${config.epochs}`],
    ["steps", `${formatCount(loss.length)}${epochs}`],
    ...(evaluation ? [["Handgrad", evaluation.handgrad] as [string, string]] : []),
    ...(evaluation?.machine ? [["machine", evaluation.machine] as [string, string]] : []),
  ];
  return {
    id: "reproduce",
    title: "Reproduce",
    blocks: [
      ...(command === undefined
        ? []
        : [
            { kind: "code" as const, lines: [command] },
            {
              kind: "text" as const,
              text: markup`The same command on the same data with the same kernels gives the same model, bit for bit; with \`--strict\` also on other machines.`,
            },
          ]),
      { kind: "table", columns: [{ title: "" }, { title: "" }], rows },
    ],
  };
}
