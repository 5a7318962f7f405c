import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { Notice } from "../../shared/ui/notice.tsx";

/** Takes a picture: a square PNG. */
export type Snap = () => Promise<Blob | undefined>;

const side = 128;

/** The webcam: started by a click, ended when the component is removed. `onReady` gets a function that takes a picture, or undefined when the webcam has ended. */
export function Camera({ onReady }: { readonly onReady: (snap: Snap | undefined) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const stop = () => {
    for (const track of stream.peek()?.getTracks() ?? []) track.stop();
    stream.value = undefined;
    onReady(undefined);
  };
  const start = async () => {
    problem.value = undefined;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotSupportedError");
      const opened = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: false });
      stream.value = opened;
      opened.getVideoTracks()[0]?.addEventListener("ended", () => {
        problem.value = "The camera was disconnected. The pictures taken so far are kept.";
        stop();
      });
      if (!video.current) return;
      video.current.srcObject = opened;
      await video.current.play();
      onReady(() => pictureOf(video.current));
    } catch (error) {
      problem.value = cameraProblem(error);
      stop();
    }
  };
  useEffect(() => stop, []);
  return (
    <div class="camera">
      <video ref={video} class={stream.value ? "" : "off"} playsInline muted aria-label="The picture of the webcam" />
      <div class="row">
        {stream.value ? (
          <Button onClick={stop}>Stop the webcam</Button>
        ) : (
          <Button onClick={start}>Start the webcam</Button>
        )}
      </div>
      <p class="hint">Pictures stay in this page.</p>
      {problem.value && <Notice kind="warning">{problem.value}</Notice>}
    </div>
  );
}

/** The error and what to do about it. */
export function cameraProblem(error: unknown): string {
  const { name = "", message = "" } = error as Partial<DOMException>;
  const reasons: Readonly<Record<string, string>> = {
    NotFoundError: "No camera was found. Connect one and start it again, or choose image files instead.",
    NotAllowedError:
      "This page may not use the camera. Allow it in the settings of the browser for this address, then start it again.",
    NotReadableError: "The camera is used by another program. Close that program, then start the camera again.",
    NotSupportedError:
      "This browser gives pages no camera here: it needs https or this machine's own address (127.0.0.1). Choose image files instead.",
  };
  return reasons[name] ?? `The camera cannot be used (${message || name}). Choose image files instead.`;
}

async function pictureOf(video: HTMLVideoElement | null): Promise<Blob | undefined> {
  if (!video?.videoWidth) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const from = Math.min(video.videoWidth, video.videoHeight);
  const [left, top] = [(video.videoWidth - from) / 2, (video.videoHeight - from) / 2];
  canvas.getContext("2d")?.drawImage(video, left, top, from, from, 0, 0, side, side);
  return new Promise((done) => canvas.toBlob((blob) => done(blob ?? undefined), "image/png"));
}
