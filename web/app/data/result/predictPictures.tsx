import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { Button } from "../../shared/ui/button.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import { Camera, type Snap } from "../collect/camera.tsx";
import { DrawingPad } from "../collect/drawingPad.tsx";
import { PixelImage } from "../inspect/pixelImage.tsx";
import { inPage, percent } from "../words.ts";
import type { ModelInfo, PictureAnswer } from "../worker/protocol.ts";
import { Ranking } from "./ranking.tsx";

const mostShown = 30;

/** Predictions for pictures that are dropped, drawn or taken. */
export function PredictPictures({ run, model }: { readonly run: string; readonly model: ModelInfo }) {
  const answers = useSignal<readonly (PictureAnswer & { readonly id: number })[]>([]);
  const drawn = useSignal<PictureAnswer | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const camera = useSignal<Snap | undefined>(undefined);
  const pad = useRef<Snap | undefined>(undefined);
  const count = useRef(0);
  const predict = async (files: readonly ChosenFile[], onEvent: (answer: PictureAnswer) => void) => {
    problem.value = undefined;
    try {
      await training.call("predictPictures", { run, files }, { onEvent });
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const add = (answer: PictureAnswer) => {
    answers.value = [{ ...answer, id: ++count.current }, ...answers.value].slice(0, mostShown);
  };
  const picture = (blob: Blob, name: string): ChosenFile => ({ path: name, file: new File([blob], name) });
  const takeFromCamera = async () => {
    const blob = await camera.value?.();
    if (blob) await predict([picture(blob, `webcam ${count.current + 1}.png`)], add);
  };
  const takeFromPad = async () => {
    const blob = await pad.current?.();
    if (blob) await predict([picture(blob, "drawing.png")], (answer) => (drawn.value = answer));
  };
  return (
    <>
      <div class="two">
        <div>
          <h3>Files</h3>
          <FileDrop
            label="Choose pictures"
            folders
            onFiles={(files) => predict(files, add)}
            onError={(error) => (problem.value = messageOf(error))}
          >
            or drop them here
          </FileDrop>
          <h3>Webcam</h3>
          <Camera onReady={(snap) => (camera.value = snap)} />
          {camera.value && <Button onClick={takeFromCamera}>What is this?</Button>}
        </div>
        <div>
          <h3>Drawing</h3>
          <div class="beside">
            <DrawingPad
              onReady={(snap) => {
                pad.current = snap;
              }}
              onStroke={takeFromPad}
              startsDark={model.inputShape[2] === 1}
            />
            <div class="panel answer" role="status" aria-live="polite">
              {drawn.value?.ranking ? (
                <Ranking ranking={drawn.value.ranking} />
              ) : (
                <p class="hint">Draw: each stroke updates the prediction.</p>
              )}
            </div>
          </div>
        </div>
      </div>
      {problem.value && <Notice kind="error">{inPage(problem.value)}</Notice>}
      <ul class="cards" aria-live="polite">
        {answers.value.map((answer) => (
          <li key={answer.id} class="panel">
            <AnswerCard answer={answer} shape={model.inputShape} />
          </li>
        ))}
      </ul>
    </>
  );
}

function AnswerCard({ answer, shape }: { readonly answer: PictureAnswer; readonly shape: readonly number[] }) {
  const { name, pixels, ranking, problem } = answer;
  if (!pixels || !ranking) return <Notice kind="warning">{inPage(problem ?? name)}</Notice>;
  return (
    <>
      <div class="seen">
        <PixelImage pixels={pixels} shape={shape} label={`${name}, as the network sees it`} />
        <div>
          <p class="hint">{name}</p>
          <p class="big">
            {ranking[0].label} <small>{percent(ranking[0].probability)}</small>
          </p>
        </div>
      </div>
      <Ranking ranking={ranking} />
    </>
  );
}
