import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { address } from "./shared/address.ts";
import { type Scheme, scheme } from "./shared/scheme.ts";
import { isTraining } from "./shared/trainedRuns.ts";
import { Button } from "./shared/ui/button.tsx";
import { messageOf, Notice } from "./shared/ui/notice.tsx";
import { type ViewEntry, views } from "./views.ts";

/** The view that the address names; the first one if it names none. */
const current = (): ViewEntry | undefined =>
  address.value.view === "" ? views[0] : views.find(({ id }) => id === address.value.view);

export function App() {
  const entry = current();
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: the address names the view, so the content is focused by script */}
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <a class="mark" href="#/">
          <Mark />
          Handgrad
        </a>
        <nav aria-label="Views">
          {views.map(({ id, title }) => (
            <a key={id} href={`#/${id}`} aria-current={entry?.id === id ? "page" : undefined}>
              {title}
              {id === "experiments" && isTraining.value && (
                <span class="trains" title="This page trains a run">
                  <span class="unseen">, a run trains</span>
                </span>
              )}
            </a>
          ))}
        </nav>
        <SchemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        {entry ? <LoadedView key={entry.id} entry={entry} /> : <UnknownView />}
      </main>
      <footer class="foot">
        <p>Nothing leaves this machine: the policy of this page forbids all other connections.</p>
        <p>
          {crossOriginIsolated
            ? `Threads: ${navigator.hardwareConcurrency}.`
            : "One thread: the server of this page does not send the headers that more threads need."}
        </p>
      </footer>
    </>
  );
}

function LoadedView({ entry }: { readonly entry: ViewEntry }) {
  const view = useSignal<{ readonly View: ComponentType } | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const [crash, recover] = useErrorBoundary();
  const load = () => {
    problem.value = undefined;
    entry.load().then(
      (module) => {
        view.value = module;
      },
      (error) => {
        problem.value = messageOf(error);
      },
    );
  };
  useEffect(load, []);
  useEffect(() => {
    document.title = `${entry.title} – Handgrad`;
  }, []);
  const shown = view.value;
  return (
    <>
      <header>
        <h1>{entry.title}</h1>
        <p>{entry.sentence}</p>
      </header>
      {problem.value && (
        <Notice kind="error" title="This part of the page could not be loaded.">
          <p>{problem.value}</p>
          <Button onClick={load}>Try again</Button>
        </Notice>
      )}
      {crash ? (
        <Notice kind="error" title="This view stopped with an error.">
          <p>{messageOf(crash)}</p>
          <Button onClick={recover}>Show it again</Button>
        </Notice>
      ) : (
        shown && <shown.View />
      )}
    </>
  );
}

function UnknownView() {
  return (
    <>
      <h1>Not found</h1>
      <Notice kind="warning" title={`There is no view "${address.value.view}".`}>
        The address names a view that this page does not have; choose one above.
      </Notice>
    </>
  );
}

const schemes: Readonly<Record<Scheme, { readonly next: Scheme; readonly sign: string }>> = {
  system: { next: "light", sign: "◐" },
  light: { next: "dark", sign: "○" },
  dark: { next: "system", sign: "●" },
};

function SchemeButton() {
  const { next, sign } = schemes[scheme.value];
  const label = `Colours: ${scheme.value === "system" ? "as in the system" : scheme.value}; change`;
  return (
    <Button kind="plain" title={label} label={label} onClick={() => (scheme.value = next)}>
      {sign}
    </Button>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 5C8 5 8 19 22 19" fill="none" stroke="var(--series0)" stroke-width="2.6" stroke-linecap="round" />
      <path d="M22 5C16 5 16 19 2 19" fill="none" stroke="var(--series1)" stroke-width="2.6" stroke-linecap="round" />
      <circle cx="12" cy="12" r="3.2" fill="var(--text)" />
    </svg>
  );
}
