// The command names options such as --target; the page has a control for each.

const controls: Readonly<Record<string, string>> = {
  "--target": "Column to predict",
  "--task": "Kind of prediction",
  "--types": "Type",
  "--drop": "Use",
  "--missing": "Missing values",
  "--duplicates": "Repeated rows",
  "--header": "First row",
  "--no-header": "First row",
  "--sheet": "Sheet",
  "--group": "Keep together",
  "--time": "Order by time",
  "--size": "Image size",
  "--skip-broken": "Skip broken files",
  "--labels-from": "Labels",
  "--as": "Arrays are",
  "--pixel-range": "Pixel range",
  "--hidden": "Hidden layers",
  "--epochs": "Epochs",
  "--minutes": "Minutes",
  "--seed": "Seed",
};

/** A message of the library with the controls of this page in place of the options of the command. */
export function inPage(message: string): string {
  return message
    .replace(
      /--duplicates (split|together)/g,
      (_, way: string) => `“Repeated rows: in ${way === "split" ? "any" : "one"} part”`,
    )
    .replace(/--as (images|table)/g, "“Arrays are: $1”")
    .replace("--pixel-range LOW,HIGH", "--pixel-range")
    .replace("--sheet NAME", "--sheet")
    .replace(/with --drop (?=\S)/g, "by taking back “Use” of ")
    .replace(/--[a-z]+(?:-[a-z]+)*/g, (option) => (controls[option] ? `“${controls[option]}”` : option));
}

/** "3 rows", "1 row" */
export function plural(count: number, what: string, several = `${what}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? what : several}`;
}

/** "97.3 %" */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A number with six digits, as the command prints it. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));

/** "12 s", "3 min 5 s" */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Accuracy in per cent, R² as it is. */
export function showScore(metric: string, score: number): string {
  if (Number.isNaN(score)) return "not defined";
  return metric === "accuracy" ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
}

export const metricName = (metric: string): string => (metric === "accuracy" ? "accuracy" : "R²");
