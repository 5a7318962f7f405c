const signs = {
  passed: ["✓", "agrees"],
  failed: ["✗", "differs"],
  skipped: ["–", "not in this library"],
} as const;

/** The result of a check as a sign; screen readers get the word. */
export function Sign({ state }: { readonly state: keyof typeof signs }) {
  const [sign, word] = signs[state];
  return (
    <span class={`assignment-state ${state}`} title={word}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{word}</span>
    </span>
  );
}

/** A number as the assignment prints it: small and large ones with a power of ten. */
export function exponential(value: number): string {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)) return String(Number(value.toPrecision(6)));
  const [mantissa, exponent] = value.toExponential(2).split("e");
  return `${mantissa} · 10${[...String(Number(exponent))].map((one) => (one === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(one)])).join("")}`;
}
