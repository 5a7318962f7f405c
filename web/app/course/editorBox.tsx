import type { EditorView } from "@codemirror/view";
import { useSignal } from "@preact/signals";
import type { Finding } from "handgrad/assignment";
import { useEffect, useRef } from "preact/hooks";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { markersOf } from "./findingPlaces.ts";
import { files, replaced, write } from "./project.ts";

type EditorModule = typeof import("./editor.ts");
/** states of the files that were opened, so that each keeps its history of changes */
const states = new Map<string, ReturnType<EditorModule["fileState"]>>();

export interface EditorHandle {
  replace(text: string): void;
  goTo(line: number): void;
}

interface EditorBoxProps {
  /** of the file, "linear.ts" */
  readonly name: string;
  /** the findings of the last check */
  readonly findings?: readonly Finding[];
  readonly onCheck: () => void;
  readonly onReady: (handle: EditorHandle | undefined) => void;
}

/** A file of the project in an editor, with the findings of the last check as markers. */
export function EditorBox({ name, findings = [], onCheck, onReady }: EditorBoxProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const editor = useSignal<EditorModule | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);

  useEffect(() => {
    import("./editor.ts").then(
      (module) => {
        editor.value = module;
      },
      (error) => {
        problem.value = messageOf(error);
      },
    );
  }, []);

  useEffect(() => {
    const module = editor.value;
    if (!module || !parent.current) return;
    const text = files.value[name];
    const known = states.get(name);
    const state =
      known?.doc.toString() === text
        ? known
        : module.fileState({
            text,
            label: `${name}, TypeScript. Escape, then Tab leaves the editor.`,
            onChange: (now) => write(name, now),
            onCheck,
          });
    const opened = module.openEditor(parent.current, state);
    view.current = opened;
    onReady({
      replace: (now) => module.replaceText(opened, now),
      goTo: (line) => module.goToLine(opened, line),
    });
    return () => {
      states.set(name, opened.state);
      opened.destroy();
      view.current = undefined;
      onReady(undefined);
    };
  }, [editor.value, name, replaced.value]);

  useEffect(() => {
    if (editor.value && view.current) editor.value.showMarkers(view.current, markersOf(name, findings));
  }, [editor.value, name, findings, replaced.value]);

  return (
    <div class="course-editor">
      <div class="file-name">
        <code>{name}</code>
        <span class="note">Tab indents; Escape, then Tab leaves the editor.</span>
      </div>
      {problem.value && (
        <Notice kind="error" title="The editor could not be loaded.">
          {`${problem.value}; reload the page to try again. Your code is stored.`}
        </Notice>
      )}
      <div ref={parent} class="editor-place">
        {!editor.value && !problem.value && <pre class="editor-wait">{files.value[name]}</pre>}
      </div>
    </div>
  );
}
