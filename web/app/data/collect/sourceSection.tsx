import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { Button } from "../../shared/ui/button.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { ProgressBar } from "../../shared/ui/progressBar.tsx";
import { ImageOptions } from "../inspect/options.tsx";
import { choose, chosen, dataProblem, info, nameOf, readAgain, reading, stopReading } from "../state.ts";
import { StopButton } from "../train/stopButton.tsx";
import { inPage } from "../words.ts";
import { CollectImages } from "./collectImages.tsx";

const ways = {
  files: "Files",
  webcam: "Webcam",
  draw: "Draw",
  standIn: "Stand-in",
} as const;
type Way = keyof typeof ways;

/** Where the data comes from. */
export function SourceSection() {
  const way = useSignal<Way>("files");
  return (
    <section aria-labelledby="source">
      <h2 id="source">Data</h2>
      <Ways value={way.value} onChange={(next) => (way.value = next)} />
      <div class="way">
        {way.value === "files" && <FilesWay />}
        {(way.value === "webcam" || way.value === "draw") && <CollectImages key={way.value} by={way.value} />}
        {way.value === "standIn" && <StandInWay />}
      </div>
      <Reading />
    </section>
  );
}

function Ways({ value, onChange }: { readonly value: Way; readonly onChange: (way: Way) => void }) {
  const name = useId();
  return (
    <fieldset class="ways">
      <legend class="unseen">Where the data comes from</legend>
      {(Object.keys(ways) as Way[]).map((way) => (
        <label key={way} class={way === value ? "chosen" : ""}>
          <input type="radio" class="unseen" name={name} checked={way === value} onChange={() => onChange(way)} />
          {ways[way]}
        </label>
      ))}
    </fieldset>
  );
}

function FilesWay() {
  const take = (files: readonly ChosenFile[]) => choose(files, { path: nameOf(files) });
  return (
    <FileDrop
      label="Choose files"
      folders
      onFiles={take}
      onError={(error) => {
        dataProblem.value = messageOf(error);
      }}
    >
      or drop them here: a table (CSV, Excel, Parquet, JSON, also compressed), images in a folder for each class (or as
      ZIP or .tar.gz), NumPy arrays, MNIST, CIFAR-10 or CIFAR-100. Nothing is uploaded.
    </FileDrop>
  );
}

function StandInWay() {
  return (
    <div class="panel">
      <p>
        The stand-in is 60,000 drawn images of 20 classes, in the format of CIFAR-100. It needs no file and is the same
        on every machine. It shows how training works; its results say nothing about photographs.
      </p>
      <Button onClick={() => choose([], { path: "stand-in", trainRows: 4000 })}>Use 4,000 of its images</Button>{" "}
      <Button onClick={() => choose([], { path: "stand-in" })}>Use all of them</Button>
    </div>
  );
}

function Reading() {
  const now = reading.value;
  const problem = dataProblem.value;
  return (
    <>
      {now && (
        <div class="reading" role="status">
          {now === "begins" ? (
            <ProgressBar value={undefined} label="Reading …" />
          ) : (
            <ProgressBar value={now.all > 0 ? now.done / now.all : undefined} label={progressText(now)} />
          )}
          <StopButton onStop={stopReading}>Stop</StopButton>
        </div>
      )}
      {problem && <Problem key={problem} problem={problem} />}
    </>
  );
}

/** Why the data could not be read, shown near the controls further down, with the controls that may help. */
function Problem({ problem }: { readonly problem: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), []);
  const isOfImages = !info.value && /--(skip-broken|labels-from|size)\b/.test(problem);
  return (
    <div ref={place}>
      <Notice kind="error" title="The data could not be read.">
        <p>{inPage(problem)}</p>
        {isOfImages && <ImageOptions />}
        {chosen.value.length > 0 && <Button onClick={readAgain}>Read it again</Button>}
      </Notice>
    </div>
  );
}

function progressText({ what, done, all }: { readonly what: string; readonly done: number; readonly all: number }) {
  if (what === "looking") return "Read; analysing it …";
  if (what === "images") return `${done.toLocaleString("en")} of ${all.toLocaleString("en")} images decoded`;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
  return `${megabytes(done)} of ${megabytes(all)} MB read`;
}
