import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";

/** A question mark that shows an explanation beside it; Escape or a click elsewhere closes it. */
export function Help({ about, children }: { readonly about: string; readonly children: ComponentChildren }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const place = (event: { readonly newState: string }) => {
    setOpen(event.newState === "open");
    if (event.newState !== "open" || !button.current || !box.current) return;
    const at = button.current.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = box.current;
    const below = at.bottom + 6 + offsetHeight < innerHeight;
    style.left = `${Math.max(8, Math.min(at.left - 8, innerWidth - offsetWidth - 8))}px`;
    style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - offsetHeight - 6)}px`;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="help"
        popovertarget={id}
        aria-expanded={open}
        aria-label={`What is this: ${about}`}
      >
        ?
      </button>
      <div ref={box} id={id} class="explanation" popover="auto" onToggle={place}>
        {children}
      </div>
    </>
  );
}
