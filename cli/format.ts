/** 0.3147 as "31.47 %" */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** 42 s, 3 min 05 s, 1 h 20 min */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** At most five digits that matter: 1234567.8 is 1234568, 0.000123456 is 0.00012346. */
export function shortNumber(value: number): string {
  const text = String(Number(value.toPrecision(5)));
  return Math.abs(value) >= 1e5 && Math.abs(value) < 1e15 ? String(Math.round(value)) : text;
}
