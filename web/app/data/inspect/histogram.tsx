const bars = 24;
const [width, height] = [96, 22];

/** Counts in ranges of equal width as small bars. */
export function Histogram({ counts, label }: { readonly counts: readonly number[]; readonly label: string }) {
  const each = Math.max(1, Math.round(counts.length / bars));
  const sums = Array.from({ length: Math.ceil(counts.length / each) }, (_, i) =>
    counts.slice(i * each, (i + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  const most = Math.max(...sums, 1);
  const step = width / sums.length;
  return (
    <svg class="histogram" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {sums.map((sum, i) => {
        const high = sum === 0 ? 0 : Math.max(1, (height * sum) / most);
        return <rect key={i} x={i * step} y={height - high} width={Math.max(0.5, step - 0.8)} height={high} />;
      })}
    </svg>
  );
}
