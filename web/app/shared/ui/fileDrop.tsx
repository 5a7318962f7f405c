import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { type ChosenFile, droppedFiles, listedFiles } from "../chosenFiles.ts";

interface FileDropProps {
  readonly label: string;
  readonly children?: ComponentChildren;
  readonly accept?: string;
  /** also offers a button to choose a folder */
  readonly folders?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly ChosenFile[]) => void;
  readonly onError: (error: unknown) => void;
}

/** A place to drop files and folders on, with buttons that choose them for keyboards and phones. */
export function FileDrop({ label, children, accept, folders, disabled, onFiles, onError }: FileDropProps) {
  const [over, setOver] = useState(false);
  const id = useId();
  const take = (files: readonly ChosenFile[]) => {
    if (files.length > 0) onFiles(files);
    else onError(new Error("expected files, or a folder with files in it, found none; choose again"));
  };
  const choose = (event: { currentTarget: HTMLInputElement }) => {
    const input = event.currentTarget;
    const files = listedFiles(input.files);
    input.value = ""; // choosing the same file again is a change
    take(files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has no counterpart on a keyboard; the buttons inside do the same
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (disabled || !event.dataTransfer) return;
        droppedFiles(event.dataTransfer).then(take, onError);
      }}
    >
      <div class="row" style={{ justifyContent: "center" }}>
        <input id={id} class="unseen" type="file" multiple accept={accept} disabled={disabled} onChange={choose} />
        <label class="button" for={id}>
          {label}
        </label>
        {folders && (
          <>
            <input
              id={`${id}folder`}
              class="unseen"
              type="file"
              disabled={disabled}
              onChange={choose}
              {...{ webkitdirectory: true }}
            />
            <label class="button" for={`${id}folder`}>
              Choose a folder
            </label>
          </>
        )}
      </div>
      <p>{children ?? "or drop it here"}</p>
    </div>
  );
}
