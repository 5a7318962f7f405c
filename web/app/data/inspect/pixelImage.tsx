import { useEffect, useRef } from "preact/hooks";

interface PixelImageProps {
  /** bytes (height, width, channels), row by row */
  readonly pixels: Uint8Array;
  readonly shape: readonly number[];
  readonly label: string;
}

/** An image from its bytes, with its pixels visible. */
export function PixelImage({ pixels, shape, label }: PixelImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width, channels = 1] = shape;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[i * channels + Math.min(c, channels - 1)];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, width, height, channels]);
  return <canvas ref={canvas} class="pixels" width={width} height={height} role="img" aria-label={label} />;
}
