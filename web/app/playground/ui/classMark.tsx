import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import { drawPointsOn } from "./points.ts";

/** The shape and colour of a class. */
export function ClassMark({ index }: { readonly index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const context = canvas.current?.getContext("2d");
    context?.clearRect(0, 0, 32, 32);
    if (context)
      drawPointsOn(context, 32, [[0, 0, index]], { dark: isDark.value, task: "classes", most: 1, radius: 10 });
  });
  return <canvas ref={canvas} class="mark" width={32} height={32} />;
}
