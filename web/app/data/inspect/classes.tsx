import { plural } from "../words.ts";
import type { ClassCount, DataInfo } from "../worker/protocol.ts";
import { PixelImage } from "./pixelImage.tsx";

const mostShown = 20;

interface ClassesProps {
  readonly classes: readonly ClassCount[];
  /** how many there are, where `classes` are only the most frequent ones */
  readonly count?: number | undefined;
  readonly total: number;
  readonly images?: DataInfo["images"];
}

/** Each class with its rows as a bar, and some of its images. */
export function Classes({ classes, count = classes.length, total, images }: ClassesProps) {
  const most = Math.max(...classes.map(({ rows }) => rows), 1);
  return (
    <>
      <ul class="class-bars">
        {classes.slice(0, mostShown).map(({ value, rows }) => (
          <li key={value}>
            <span class="name">{value === "" ? "(empty)" : value}</span>
            <span class="count">
              {rows.toLocaleString("en")} <small>({((100 * rows) / Math.max(1, total)).toFixed(1)} %)</small>
            </span>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${(100 * rows) / most}%` }} />
            </span>
            {images && (
              <span class="samples">
                {images.samples
                  .filter(({ label }) => label === value)
                  .map(({ pixels }, i) => (
                    <PixelImage key={i} pixels={pixels} shape={images.inputShape} label={`an image of ${value}`} />
                  ))}
              </span>
            )}
          </li>
        ))}
      </ul>
      {count > mostShown && <p class="hint">… and {plural(count - mostShown, "more class", "more classes")}</p>}
    </>
  );
}
