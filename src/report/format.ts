import { signed } from "./figures/svg.ts";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 0.31125 as "31.13 %" */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A number to so many digits, as people write it: 0.0042, 2.995579, 4.03·10⁻⁹. */
export function formatNumber(value: number, digits = 3): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    return signed(Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits))));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return signed(`${mantissa}·10${superscript(Number(exponent))}`);
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
