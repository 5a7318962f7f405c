import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { saveFile } from "../../shared/saveFile.ts";
import { showBytes } from "../../shared/showBytes.ts";
import { Button } from "../../shared/ui/button.tsx";
import { messageOf } from "../../shared/ui/notice.tsx";
import { choose, dataProblem } from "../state.ts";
import { plural } from "../words.ts";
import { Camera, type Snap } from "./camera.tsx";
import {
  addClass,
  addImage,
  type CollectedClass,
  classes,
  collected,
  collectedFiles,
  collectedSize,
  collectedZip,
  isLoaded,
  load,
  notKept,
  notReady,
  removeAll,
  removeClass,
  removeImage,
  renameClass,
  undo,
} from "./collection.ts";
import { DrawingPad } from "./drawingPad.tsx";

const mostShown = 24;

/** Images of each class from the webcam or drawn. */
export function CollectImages({ by }: { readonly by: "webcam" | "draw" }) {
  const snap = useSignal<Snap | undefined>(undefined);
  useEffect(() => void load(), []);
  const use = () => choose(collectedFiles(), { path: "images" });
  const download = () =>
    collectedZip().then(
      (bytes) => saveFile("images.zip", bytes, "application/zip"),
      (error) => {
        dataProblem.value = messageOf(error);
      },
    );
  return (
    <div class="collect">
      <div>
        {by === "webcam" ? (
          <Camera onReady={(ready) => (snap.value = ready)} />
        ) : (
          <DrawingPad onReady={(ready) => (snap.value = ready)} />
        )}
      </div>
      <div>
        <p class="hint">
          {by === "webcam"
            ? "Show something to the camera and hold the button of its class: four pictures a second. Vary distance, angle and background."
            : "Draw, then add the drawing to its class. Vary size and position: the network learns from the differences."}
        </p>
        <ul class="classes">
          {classes.value.map((one) => (
            <ClassCard key={one.id} one={one} by={by} snap={isLoaded.value ? snap.value : undefined} />
          ))}
        </ul>
        <div class="row">
          <Button onClick={addClass}>Add a class</Button>
          <Button onClick={use} kind="primary" disabled={notReady.value !== undefined}>
            Use these images
          </Button>
          <Button onClick={download} disabled={collected.value === 0}>
            Download as ZIP
          </Button>
        </div>
        {notReady.value && <p class="hint">{notReady.value}</p>}
        <Kept />
      </div>
    </div>
  );
}

/** Where the images are stored, and how to remove them. */
function Kept() {
  const count = collected.value;
  return (
    <div role="status">
      {undo.value && (
        <p class="row hint">
          <span>{undo.value.words}</span>
          <Button onClick={undo.value.restore}>Undo</Button>
        </p>
      )}
      {count > 0 && (
        <p class="row hint">
          <span>
            {plural(count, "image")}, {showBytes(collectedSize.value)}.{" "}
            {notKept.value ?? "This browser keeps them, even if you close the page."}
          </span>
          <Button kind="plain" onClick={removeAll}>
            Remove all
          </Button>
        </p>
      )}
    </div>
  );
}

interface ClassCardProps {
  readonly one: CollectedClass;
  readonly by: "webcam" | "draw";
  readonly snap: Snap | undefined;
}

function ClassCard({ one, by, snap }: ClassCardProps) {
  const { id, name, images } = one;
  const take = async () => {
    const blob = await snap?.();
    if (blob) addImage(id, blob);
  };
  return (
    <li class="class-card">
      <div class="row">
        <input
          aria-label={`Name of class ${name}`}
          value={name}
          maxLength={80}
          onInput={(event) => renameClass(id, event.currentTarget.value)}
        />
        <TakeButton by={by} name={name} disabled={!snap} take={take} />
        <Button kind="plain" label={`Remove class ${name}`} title="Remove this class" onClick={() => removeClass(id)}>
          ✕
        </Button>
      </div>
      <p class="hint">{plural(images.length, "image")}</p>
      <div class="thumbs">
        {images.slice(-mostShown).map((image) => (
          <button
            key={image.id}
            type="button"
            class="thumb"
            title="Remove this image"
            aria-label={`Remove image ${image.id} of ${name}`}
            onClick={() => removeImage(id, image.id)}
          >
            <img src={image.url} alt="" width="44" height="44" />
          </button>
        ))}
      </div>
    </li>
  );
}

const between = 250;

/** One picture for a click or a key; with the webcam several while the button is held. */
function TakeButton({
  by,
  name,
  disabled,
  take,
}: {
  readonly by: "webcam" | "draw";
  readonly name: string;
  readonly disabled: boolean;
  readonly take: () => Promise<void>;
}) {
  const timer = useSignal<ReturnType<typeof setInterval> | undefined>(undefined);
  const stop = () => {
    clearInterval(timer.value);
    timer.value = undefined;
  };
  const hold = () => {
    stop();
    timer.value = setInterval(take, between);
  };
  const held =
    by === "webcam" ? { onPointerDown: hold, onPointerUp: stop, onPointerLeave: stop, onPointerCancel: stop } : {};
  return (
    <button
      type="button"
      class="button"
      disabled={disabled}
      onClick={take}
      aria-label={by === "webcam" ? `Record ${name}` : `Add the drawing to ${name}`}
      {...held}
    >
      {by === "webcam" ? "Record" : "Add the drawing"}
    </button>
  );
}
