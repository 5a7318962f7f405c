/** Progress from 0 to 1; undefined if the duration is unknown. */
export function ProgressBar({ value, label }: { readonly value: number | undefined; readonly label: string }) {
  return (
    <label class="progress">
      <span>{label}</span>
      <progress max={1} value={value} />
    </label>
  );
}
