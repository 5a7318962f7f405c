import { formatNumber } from "../format.ts";
import { signed } from "./svg.ts";

/** Round values from within low … high, about `count` of them, in steps of 1, 2 or 5 · 10ⁿ. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = (factor: number): number => Math.abs(Math.log((factor * power) / rough));
  const step = power * [1, 2, 5, 10].reduce((best, factor) => (distance(factor) < distance(best) ? factor : best));
  if (!(step > 0) || !Number.isFinite(high - low)) return [low];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The same for an axis that counts: whole steps only. */
export function wholeTicks(low: number, high: number, count: number): number[] {
  return niceTicks(low, high, Math.min(count, Math.max(1, high - low))).filter(Number.isInteger);
}

/** Powers of ten within low … high. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.ceil((last - first + 1) / 8);
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += every) ticks.push(10 ** exponent);
  return ticks;
}

/** Labels of one axis: all with as many decimals as their step needs; in thousands, millions or powers of ten where numbers are long. */
export function tickLabels(ticks: readonly number[]): string[] {
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(...ticks.map(Math.abs));
  if (decimals > 6 || largest >= 1e10) return ticks.map((tick) => formatNumber(tick, 3));
  if (step >= 1e5 && largest >= 1e7) return ticks.map((tick) => signed(tick === 0 ? "0" : `${tick / 1e6}M`));
  const thousands = step >= 100 && largest >= 10_000;
  return ticks.map((tick) => signed(thousands && tick !== 0 ? `${tick / 1000}k` : tick.toFixed(decimals)));
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 0.001 as 10⁻³ */
export function powerLabel(tick: number): string {
  const exponent = Math.round(Math.log10(tick));
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
