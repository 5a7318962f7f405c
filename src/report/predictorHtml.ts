import { encodeModel, type Model } from "../experiments/model.ts";
import { SettingsError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { escapeXml } from "./figures/svg.ts";
import { htmlStyle } from "./htmlStyle.ts";
import { predictorStyle } from "./predictorStyle.ts";

/** What the script of the page reads besides the model. */
export interface PredictorData {
  /** what is predicted */
  readonly target: string;
  /** of a regression: the mean absolute error on the test rows, in units of the target */
  readonly typicalError?: number | undefined;
}

export interface PredictorOptions {
  /** the script that `web/predictor` is bundled into */
  readonly script: string;
  readonly title?: string | undefined;
  /** names and values at the top of the page, such as the test score */
  readonly facts?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly typicalError?: number | undefined;
}

/**
 * One HTML file that predicts with a model in the browser: a form and CSV files for tables, pictures for images. It loads nothing: its
 * content security policy allows its own script and style, by their hashes, and no connection. Names from the data are never
 * markup. Throws SettingsError for models that take neither rows nor images.
 */
export async function predictorHtml(model: Model, options: PredictorOptions): Promise<string> {
  const { preprocessing, normalization } = model;
  if (!preprocessing && normalization.mean.length === 0)
    throw new SettingsError("HTML: expected a model of tables or images, found one that takes encoded numbers");
  const target = preprocessing?.target.name ?? "label";
  const { script, title = preprocessing ? `Predict ${target}` : "Predict labels of pictures", typicalError } = options;
  const { facts = [] } = options;
  const style = htmlStyle + predictorStyle;
  const policy = [
    "default-src 'none'",
    `script-src ${await sourceHash(script)}`,
    `style-src ${await sourceHash(style)}`,
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data: PredictorData = { target, typicalError };
  // The file does not contain how the model was trained, because that includes paths of the machine
  const { training: _, ...shared } = model;
  const summary = facts.map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Handgrad">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
<p class="subtitle">This page computes predictions by itself: it works offline, and what you enter stays on your device.</p>
${summary && `<dl class="summary">${summary}</dl>`}
</header>
<main id="predictor"><noscript><p class="warning">The predictions need JavaScript, which is turned off in this browser.</p></noscript></main>
<footer>This page contains a neural network made with Handgrad. Its predictions are estimates and can be wrong, especially for inputs that differ from the training data.</footer>
<script type="application/json" id="data">${scriptSafe(JSON.stringify(data))}</script>
<script type="text/plain" id="model">${base64(encodeModel(shared))}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

const text = (name: string): string => escapeXml(printable(name));

/** JSON within a script element: no "<" that could end it, and none of the line ends that JavaScript has and JSON has not. */
function scriptSafe(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** 'sha256-…' of an inline script or style, as a content security policy names it. */
async function sourceHash(source: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return `'sha256-${base64(new Uint8Array(digest))}'`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 2 ** 13) binary += String.fromCharCode(...bytes.subarray(i, i + 2 ** 13));
  return btoa(binary);
}
