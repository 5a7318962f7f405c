import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { Toggle } from "../../shared/ui/fields.tsx";
import type { Snap } from "./camera.tsx";

const side = 140;
const penWidth = 11;

interface DrawingPadProps {
  readonly onReady: (snap: Snap | undefined) => void;
  /** called with each finished stroke */
  readonly onStroke?: () => void;
  /** light strokes on black, as in MNIST */
  readonly startsDark?: boolean;
}

/** A square to draw on, with a pointer or with the arrow keys (Space puts the pen down or lifts it). A picture that was taken clears it. */
export function DrawingPad({ onReady, onStroke, startsDark = false }: DrawingPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useSignal(startsDark);
  const pen = useRef({ x: side / 2, y: side / 2, down: false });
  const inked = useSignal(false);
  const clear = () => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.fillStyle = dark.peek() ? "black" : "white";
    context.fillRect(0, 0, side, side);
    inked.value = false;
  };
  const line = (x: number, y: number) => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.strokeStyle = dark.peek() ? "white" : "black";
    context.lineWidth = penWidth;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(pen.current.x, pen.current.y);
    context.lineTo(x, y);
    context.stroke();
    inked.value = true;
  };
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [((event.clientX - box.left) * side) / box.width, ((event.clientY - box.top) * side) / box.height];
  };
  const move = (x: number, y: number) => {
    if (pen.current.down) line(x, y);
    Object.assign(pen.current, { x, y });
  };
  const key = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ...{ ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] },
    };
    const { x, y, down } = pen.current;
    if (event.key === " ") {
      pen.current.down = !down;
      if (!down) line(x, y);
      else onStroke?.();
    } else if (steps[event.key]) {
      const [dx, dy] = steps[event.key];
      move(Math.max(0, Math.min(side, x + dx)), Math.max(0, Math.min(side, y + dy)));
    } else return;
    event.preventDefault();
  };
  useEffect(() => {
    clear();
    onReady(async () => {
      if (!inked.peek() || !canvas.current) return undefined;
      const { current } = canvas;
      return new Promise((done) =>
        current.toBlob((blob) => {
          if (!onStroke) clear();
          done(blob ?? undefined);
        }, "image/png"),
      );
    });
    return () => onReady(undefined);
  }, []);
  return (
    <div class="pad">
      <canvas
        ref={canvas}
        width={side}
        height={side}
        tabIndex={0}
        role="img"
        aria-label={`A square to draw on, ${inked.value ? "with a drawing" : "empty"}. Arrow keys move the pen, Space puts it down or lifts it.`}
        onKeyDown={key}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const [x, y] = at(event);
          Object.assign(pen.current, { x, y, down: true });
          line(x, y);
        }}
        onPointerMove={(event) => pen.current.down && move(...at(event))}
        onPointerUp={() => {
          if (pen.current.down) onStroke?.();
          pen.current.down = false;
        }}
        onPointerCancel={() => (pen.current.down = false)}
      />
      <div class="row">
        <Button onClick={clear}>Clear</Button>
        <Toggle
          label="White on black"
          help="MNIST and similar data sets have light strokes on a dark background. Draw in the colours of the training images."
          value={dark.value}
          onChange={(value) => {
            dark.value = value;
            clear();
          }}
        />
      </div>
    </div>
  );
}
