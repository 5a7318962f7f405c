import { signed } from "./figures/svg.ts";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 0.31125 as "31.13 %", with a no-break space */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/** A number with `digits` decimals: "−0.085", and "0.000" for a number that rounds to zero. */
export function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return signed(Number(text) === 0 ? text.replace("-", "") : text);
}

/** The text; if it is a number, with a minus sign in place of the hyphen. */
export function signedNumber(text: string): string {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? signed(text) : text;
}

/** A number rounded to `digits` significant digits: 0.0312, 2.995579, 4.03·10⁻⁹; one that needs fewer has fewer. */
export function formatNumber(value: number, digits = 3): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e6) {
    if (Number.isInteger(value) || Number(value.toPrecision(digits)) === value) return signed(String(value));
    return signed(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return signed(`${mantissa}·10${superscript(Number(exponent))}`);
}

/** A setting, which is not rounded: 0.0001, 10⁻⁶, 2.5·10⁻⁷. */
export function formatSetting(value: number): string {
  const [mantissa, exponent] = value.toExponential().split("e");
  if (value === 0 || Math.abs(Number(exponent)) < 5) return signed(String(value));
  const power = `10${superscript(Number(exponent))}`;
  return mantissa === "1" ? power : signed(`${mantissa}·${power}`);
}

function superscript(exponent: number): string {
  const figures = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return exponent < 0 ? `⁻${figures}` : figures;
}

/** 40000 as "40,000" */
export function formatCount(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** "a, b and c" */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** 4.2 s, 3 min 05 s, 1 h 20 min */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
