import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { training } from "../../training/client.ts";

/** The time after which a worker that does not answer can be ended. */
const patience = 3000;

/**
 * Stops the work of the worker. During a long computation the worker does not answer; then this button ends it, and trainings continue from
 * their last checkpoint.
 */
export function StopButton({
  onStop,
  disabled,
  children,
}: {
  readonly onStop: () => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}) {
  const state = useSignal<"ready" | "stopping" | "stuck">("ready");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const stop = () => {
    state.value = "stopping";
    timer.current = setTimeout(() => (state.value = "stuck"), patience);
    onStop();
  };
  if (state.value === "stuck")
    return (
      <span class="row">
        <Button onClick={() => training.end("you ended it")}>End it at once</Button>
        <span class="hint">
          The background worker is in the middle of a long computation. Ending it loses nothing that is stored:
          trainings of this page continue from their last checkpoint.
        </span>
      </span>
    );
  return (
    <Button onClick={stop} disabled={disabled || state.value === "stopping"}>
      {state.value === "stopping" ? "Stopping …" : children}
    </Button>
  );
}
