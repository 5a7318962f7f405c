import { useEffect } from "preact/hooks";
import { address } from "../shared/address.ts";
import { Button } from "../shared/ui/button.tsx";
import { FileDrop } from "../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { training } from "../training/client.ts";
import {
  announcement,
  attempt,
  choose,
  dismiss,
  live,
  messages,
  refresh,
  resume,
  runs,
  tell,
  watch,
} from "./experiments.ts";
import { NewRun } from "./newRun.tsx";
import { RunCurves } from "./runCurves.tsx";
import { RunList } from "./runList.tsx";
import "./experiments.css";

export function View() {
  useEffect(() => {
    void watch(address.peek().values.run);
    // Interrupted while this view was closed, by another tab, or in an old list
    const onShow = () => document.visibilityState === "visible" && refresh();
    document.addEventListener("visibilitychange", onShow);
    const timer = setInterval(() => isTrainedElsewhere() && onShow(), 3000);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShow);
    };
  }, []);
  return (
    <div class="experiments">
      <p class="unseen" aria-live="polite">
        {announcement.value}
      </p>
      {messages.value.map(({ id, kind, text, needsData }) => (
        <Notice key={id} kind={kind}>
          <p>{text}</p>
          <div class="row">
            {needsData !== undefined && <ChooseData name={needsData} onDone={() => dismiss(id)} />}
            <Button kind="plain" onClick={() => dismiss(id)}>
              Close
            </Button>
          </div>
        </Notice>
      ))}
      <Interrupted />
      <div class="columns">
        <NewRun />
        <div class="results">
          <section class="panel" aria-labelledby="curves">
            <h2 id="curves">Curves</h2>
            <RunCurves />
          </section>
          <section class="panel" aria-labelledby="stored">
            <h2 id="stored">Runs in this browser</h2>
            <RunList />
            <FileDrop
              label="Open run folders or ZIP files"
              folders
              onFiles={(files) =>
                attempt(async () => {
                  const names = await training.call("importRuns", { files });
                  await refresh();
                  for (const name of names) await choose(name, true);
                  tell(
                    "info",
                    `${names.join(", ")}: opened from files. The runs are copies; save them to take them back.`,
                  );
                })
              }
              onError={(error) => tell("error", messageOf(error))}
            >
              or drop them here: folders of <code>handgrad train</code>, or files that this page saved
            </FileDrop>
          </section>
        </div>
      </div>
    </div>
  );
}

/** This view gets no events of those runs. */
const isTrainedElsewhere = () =>
  runs.value?.some(({ name, state }) => state === "running" && !live.value.has(name)) === true;

/** Runs that were cut off, by a reload or a crash: one button continues them all. */
function Interrupted() {
  const paused = (runs.value ?? []).filter(({ name, state }) => state === "paused" && !live.value.has(name));
  if (paused.length === 0) return null;
  const names = paused.map(({ name }) => name);
  return (
    <Notice kind="info">
      <p>
        {paused.length === 1 ? `${names[0]} is` : `${paused.length} runs are`} not complete. Continued, a run ends with
        the same numbers as one that was never interrupted.
      </p>
      <Button onClick={() => names.forEach((name) => void resume({ name }))}>
        Continue {paused.length === 1 ? names[0] : "all of them"}
      </Button>
    </Notice>
  );
}

/** The data of a run that this browser does not keep. */
function ChooseData({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  return (
    <FileDrop
      label="Choose the data"
      folders
      onFiles={(files) => {
        onDone();
        void resume({ name, files });
      }}
      onError={(error) => tell("error", messageOf(error))}
    />
  );
}
