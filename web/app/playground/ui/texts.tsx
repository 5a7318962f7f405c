import { Toggle } from "../../shared/ui/fields.tsx";
import type { Playground } from "../playground.ts";
import { tries } from "../tries.ts";

/** An explanation of the view, and states to try, as links. */
export function Texts({
  playground,
  href,
}: {
  readonly playground: Playground;
  readonly href: (address: string) => string;
}) {
  return (
    <section class="texts" aria-label="Explanations">
      <div class="what">
        <h2>What you see</h2>
        <p>
          Each point has a position and a class. The network predicts the class from the position; the large picture
          shows the prediction for every position. The initial weights are random, and so are the first predictions.
        </p>
        <p>
          In each step the network looks at a few training points, measures how wrong it is (the loss), computes how the
          loss changes with each weight (the gradient), and moves all weights a little so that the loss becomes smaller.
          Points with a white centre are not used for that: they show whether it learned the pattern or only the points.
        </p>
        <p>
          Everything is computed in this page by the same code as the command <code>handgrad train</code>. A link shows
          the same network with the same losses, bit for bit.
        </p>
        <h2>Keys</h2>
        <p>
          <kbd>Space</kbd> train or pause, <kbd>S</kbd> one step, <kbd>E</kbd> one epoch, <kbd>R</kbd> reset.
        </p>
        <Toggle
          label="Use these keys"
          help="Switch them off if they get in the way of a screen reader or of voice control."
          value={playground.hasKeys.value}
          onChange={(value) => {
            playground.hasKeys.value = value;
          }}
        />
      </div>
      <div class="try">
        <h2>Things to try</h2>
        <ul>
          {tries.map(({ address, title, text }) => (
            <li key={title}>
              <a
                href={href(address)}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  playground.open(address);
                }}
              >
                {title}
              </a>
              <p>{text}</p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
