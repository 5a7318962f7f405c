import { percent } from "../words.ts";

const mostShown = 8;

interface RankingProps {
  readonly ranking: readonly { readonly label: string; readonly probability: number }[];
}

/** The labels with their probabilities as bars, the most probable first. */
export function Ranking({ ranking }: RankingProps) {
  const rest = ranking.slice(mostShown);
  const sum = rest.reduce((total, { probability }) => total + probability, 0);
  return (
    <>
      <ol class="ranking">
        {ranking.slice(0, mostShown).map(({ label, probability }) => (
          <li key={label}>
            <span class="name">{label === "" ? "(empty)" : label}</span>
            <span class="count">{percent(probability)}</span>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${100 * probability}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {rest.length > 0 && (
        <p class="hint">
          {rest.length} more labels: {percent(sum)}
        </p>
      )}
    </>
  );
}
