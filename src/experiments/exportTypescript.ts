import { SettingsError } from "../tensor/errors.ts";
import { encodeModel, type Model } from "./model.ts";

/**
 * A model as one TypeScript module, which contains the weights and predicts with `handgrad/predict` (with `handgrad` where dates or words are encoded):
 * `predict(rows)` for tables, `predict(images)` for images. How the model was trained is left out, because it contains local paths. Throws
 * SettingsError for models that take neither rows nor images.
 */
export function exportTypescript(model: Model): string {
  const { preprocessing, normalization } = model;
  if (!preprocessing && normalization.mean.length === 0)
    throw new SettingsError("typescript: expected a model of tables or images, found one that takes encoded numbers");
  const { training: _, ...shared } = model;
  const encoded = preprocessing?.features.some(({ kind }) => kind === "date" || kind === "words");
  const entry = encoded ? "handgrad" : "handgrad/predict";
  const lines = preprocessing ? tableLines(preprocessing, entry) : imageLines(model, entry);
  return `// A neural network with its weights, made with Handgrad. It needs the package handgrad, in Node or in a browser: npm install handgrad
${lines.imports}

/** The model as a safetensors file in base64. */
const weights =
${base64Lines(encodeModel(shared))};

const model = decodeModel(
  Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)),
  { name: "the model of this module" },
);

${lines.code}
`;
}

interface Lines {
  readonly imports: string;
  readonly code: string;
}

function tableLines({ features, target }: NonNullable<Model["preprocessing"]>, entry: string): Lines {
  // Names come from the data: they are written only as JSON, which is a literal of TypeScript
  const columns = features.map(({ name, kind }) => {
    const type = kind === "number" ? "number" : "string";
    return { name: JSON.stringify(name), type, missing: kind === "number" ? "Number.NaN" : '""' };
  });
  const fields = columns.map(({ name, type }) => `  readonly ${name}?: ${type} | undefined;`);
  const cells = columns.map(({ name, type, missing }) => {
    const array = type === "number" ? "Float64Array.from(rows, " : "rows.map(";
    return `    [${name}]: ${array}(row) => row[${name}] ?? ${missing}),`;
  });
  const isNumber = target.kind === "number";
  const result = isNumber ? "number" : "Prediction[]";
  const what = isNumber
    ? "The number that is predicted"
    : "All labels with their probabilities, the most probable first,";
  const answer = isNumber
    ? 'answers.kind === "number" ? Array.from(answers.values) : []'
    : 'answers.kind === "category" ? [...answers.rankings] : []';
  return {
    imports: `import { decodeModel, ${isNumber ? "" : "type Prediction, "}predictTable, tableOf } from "${entry}";`,
    code: `/** One row of the table; a value that is left out counts as missing. */
export interface Row {
${fields.join("\n")}
}

/** The column that is predicted. */
export const target = ${JSON.stringify(target.name)};

/** ${what} for each row. */
export function predict(rows: readonly Row[]): ${result}[] {
  const table = tableOf("rows", {
${cells.join("\n")}
  });
  const answers = predictTable(model, table);
  return ${answer};
}`,
  };
}

function imageLines({ network, labelNames }: Model, entry: string): Lines {
  const [height, width, channels] = network.inputShape;
  const what = channels === 1 ? "one byte of brightness a pixel" : `${channels} bytes a pixel`;
  return {
    imports: `import { decodeModel, imagePredictor, type Prediction } from "${entry}";`,
    code: `/** The size of the images that the network takes. */
export const inputShape = { height: ${height}, width: ${width}, channels: ${channels} } as const;

export const labels: readonly string[] = ${JSON.stringify(labelNames)};

const predictor = imagePredictor(model);

/** All labels with their probabilities, the most probable first, for each image: ${what}, row by row. */
export function predict(images: readonly Uint8Array[]): Prediction[][] {
  return predictor(images);
}`,
  };
}

const lineLength = 120;

/** A long string as a sum of lines, so that editors can open the file. */
function base64Lines(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 2 ** 13) binary += String.fromCharCode(...bytes.subarray(i, i + 2 ** 13));
  const text = btoa(binary);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += lineLength) lines.push(`  "${text.slice(at, at + lineLength)}"`);
  return lines.length > 1000 ? `  "${text}"` : lines.join(" +\n"); // a sum of many texts is slow to compile
}
