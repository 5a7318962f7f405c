import type { ComponentChildren } from "preact";

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: (event: MouseEvent) => void;
  /** one primary button per view, for its main action */
  readonly kind?: "primary" | "usual" | "plain";
  readonly disabled?: boolean;
  /** for buttons that are switched on and off */
  readonly pressed?: boolean;
  /** a tooltip, such as the key that does the same */
  readonly title?: string;
  /** the name for screen readers, for content without words */
  readonly label?: string;
}

export function Button({ children, onClick, kind = "usual", disabled, pressed, title, label }: ButtonProps) {
  return (
    <button
      type="button"
      class={kind === "usual" ? "button" : `button ${kind}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      title={title}
      aria-label={label}
    >
      {children}
    </button>
  );
}
