/** How far something is, from 0 to 1; undefined where nothing says how long it takes. */
export function ProgressBar({ value, label }: { readonly value: number | undefined; readonly label: string }) {
  return (
    <label class="progress">
      <span>{label}</span>
      <progress max={1} value={value} />
    </label>
  );
}
