import type { ComponentChildren } from "preact";

interface NoticeProps {
  readonly kind: "error" | "warning" | "info" | "good";
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A message in the page. Errors are announced at once, the others when the reader pauses. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      {title && <p class="title">{title}</p>}
      {typeof children === "string" ? <p>{children}</p> : children}
    </div>
  );
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
