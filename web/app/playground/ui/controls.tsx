import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { Choice, NumberField } from "../../shared/ui/fields.tsx";
import { Help } from "../../shared/ui/help.tsx";
import { Notice } from "../../shared/ui/notice.tsx";
import { pointsOf } from "../data/parts.ts";
import type { Playground } from "../playground.ts";
import { taskOf } from "../state.ts";
import { scoreText } from "./outputPlot.tsx";

const rates = [
  { value: "1", name: "1 epoch a second" },
  { value: "5", name: "5 epochs a second" },
  { value: "30", name: "30 epochs a second" },
  { value: "200", name: "200 epochs a second" },
  { value: "Infinity", name: "as fast as possible" },
] as const;

const count = (value: number): string => value.toLocaleString("en");

/** Train, step and reset, and the progress of training. */
export function Controls({ playground }: { readonly playground: Playground }) {
  const running = playground.running.value;
  return (
    <section class="controls" aria-label="Training">
      <div class="bar">
        <div class="buttons">
          <Button kind="primary" title="Space" onClick={() => playground.toggle()}>
            <svg class="sign" viewBox="0 0 10 10" aria-hidden="true">
              <path d={running ? "M1 0h3v10H1zM6 0h3v10H6z" : "M1 0l8.5 5L1 10z"} />
            </svg>
            {running ? "Pause" : "Train"}
          </Button>
          <Button title="Key S: one batch" onClick={() => playground.step()}>
            Step
          </Button>
          <Button title="Key E: all batches once" onClick={() => playground.epoch()}>
            Epoch
          </Button>
          <Button title="Key R: back to the initial weights" onClick={() => playground.reset()}>
            Reset
          </Button>
          <Help about="Training">
            Train runs until you pause it. Step trains one batch, Epoch all batches once. Reset returns to the initial
            weights. The keys are Space, S, E and R.
          </Help>
        </div>
        <Progress playground={playground} />
      </div>
      <div class="run">
        <Choice
          label="Speed"
          help="The number of epochs per second. It does not change the result."
          value={String(playground.rate.value) as (typeof rates)[number]["value"]}
          options={rates}
          onChange={(value) => playground.setRate(Number(value))}
        />
        <div class="seed">
          <NumberField
            label="Seed"
            help="Draws the initial weights, the order of the points and the masks of dropout. The same seed gives the same result, bit for bit."
            value={playground.state.value.seed}
            minimum={0}
            maximum={2 ** 32 - 2}
            whole
            onChange={(seed) => playground.change({ seed })}
          />
          <Button
            title="Start with other weights"
            onClick={() => playground.change({ seed: (playground.state.value.seed + 1) % (2 ** 32 - 1) })}
          >
            New seed
          </Button>
        </div>
      </div>
      <Announcement playground={playground} />
    </section>
  );
}

function Progress({ playground }: { readonly playground: Playground }) {
  const frame = playground.frame.value;
  return (
    <dl class="progress-numbers">
      <div>
        <dt>Epoch</dt>
        <dd class="large">{count(frame?.epoch ?? 0)}</dd>
      </div>
      <div>
        <dt>Step</dt>
        <dd>{count(frame?.steps ?? 0)}</dd>
      </div>
      <div>
        <dt>Steps per second</dt>
        <dd>{frame?.stepsPerSecond === undefined ? "–" : count(Math.round(frame.stepsPerSecond))}</dd>
      </div>
    </dl>
  );
}

/** The state of training for screen readers: when it starts and stops, and every ten seconds. */
function Announcement({ playground }: { readonly playground: Playground }) {
  const text = useSignal("");
  const saidAt = useRef(0);
  const wasRunning = useRef(false);
  useSignalEffect(() => {
    const frame = playground.frame.value;
    const running = playground.running.value;
    if (!frame) return;
    const now = performance.now();
    if (running === wasRunning.current && (!running || now - saidAt.current < 10_000)) return;
    wasRunning.current = running;
    saidAt.current = now;
    const score = scoreText(taskOf(playground.state.peek()), (frame.validation ?? frame.train).score);
    text.value = `${running ? "Training" : "Paused"} at epoch ${frame.epoch}: training loss ${frame.train.loss.toPrecision(3)}, ${score}.`;
  });
  return (
    <p class="unseen" aria-live="polite">
      {text}
    </p>
  );
}

/** Problems with the link, or the reason why training stopped. */
export function Messages({ playground }: { readonly playground: Playground }) {
  const problems = playground.problems.value;
  const failure = playground.failure.value;
  // when drawing begins, a message that there are no points would be useless
  const isDrawing = playground.drawing.isActive.value && pointsOf(playground.state.value).train.length < 2;
  return (
    <>
      {problems.length > 0 && (
        <Notice kind="warning" title="Parts of the link cannot be read, so defaults are shown in their place.">
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      {failure !== undefined && !isDrawing && (
        <Notice kind="error" title="Not training">
          {failure}
        </Notice>
      )}
    </>
  );
}
