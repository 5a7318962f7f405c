import type { ClassCount, DataInfo } from "../worker/protocol.ts";
import { PixelImage } from "./pixelImage.tsx";

const mostShown = 20;

interface ClassesProps {
  readonly classes: readonly ClassCount[];
  readonly images?: DataInfo["images"];
}

/** Each class with its rows as a bar, and some of its images. */
export function Classes({ classes, images }: ClassesProps) {
  const most = Math.max(...classes.map(({ rows }) => rows), 1);
  const total = classes.reduce((sum, { rows }) => sum + rows, 0);
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
      {classes.length > mostShown && <p class="hint">… and {classes.length - mostShown} more classes</p>}
    </>
  );
}
