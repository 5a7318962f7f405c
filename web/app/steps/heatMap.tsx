import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Drawing, drawTile } from "./drawTile.ts";
import { exactNumber } from "./formula.tsx";
import { cellOf, cellSize, neighbour, partOf, partWords, placeOfCell, tilesOf } from "./tiles.ts";

interface HeatMapProps {
  readonly name: string;
  readonly words: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly isWeight?: boolean | undefined;
  readonly dark: boolean;
  readonly selected?: number | undefined;
  readonly sources?: readonly number[] | undefined;
  /** the source that the pointer is on, in the formula */
  readonly pointed?: number | undefined;
  /** of its column, in pixels */
  readonly room: number;
  readonly onSelect?: ((place: number) => void) | undefined;
}

const mostTiles = 24;
const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** An array as matrices of colours: orange for negative, blue for positive, with numbers if there is room. */
export function HeatMap(props: HeatMapProps) {
  const { name, words, shape, data, isWeight, dark, selected, sources, pointed, room, onSelect } = props;
  const all = tilesOf(shape, isWeight);
  const at = selected === undefined ? undefined : cellOf(all, selected);
  // the tile of the selected entry is always among those that are shown
  const first = at && at.tile >= mostTiles ? Math.min(at.tile, all.length - mostTiles) : 0;
  const tiles = all
    .slice(first, first + mostTiles)
    .map((tile, i) => partOf(tile, at?.tile === first + i ? at : undefined));
  const cut = partWords(all[first], tiles[0]);
  const largest = largestOf(data);
  const focus = useRef<HTMLDivElement>(null);
  const hint = useId();
  const move = (event: KeyboardEvent) => {
    const direction = keys[event.key];
    if (!direction || !onSelect) return;
    event.preventDefault();
    event.stopPropagation(); // the arrow keys would step
    onSelect(selected === undefined ? 0 : neighbour(all, selected, direction));
  };
  const index = at && `[${indexText(selected as number, shape)}] is ${exactNumber(data[selected as number])}`;
  return (
    <figure class={`heat of-${name}`}>
      <figcaption>
        <span class="array-name">{name}</span>
        <span class="array-shape">{shape.length === 1 ? shape[0] : shape.join(" × ")}</span>
        <span class="array-words">{words}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a canvas with a selection has no element of its own */}
      <div
        ref={focus}
        class="cells"
        role="group"
        tabIndex={onSelect ? 0 : undefined}
        aria-label={`${name}, ${words}, ${shape.join(" × ")}${index ? `: ${name}${index}` : ""}`}
        aria-describedby={onSelect ? hint : undefined}
        onKeyDown={move}
      >
        {tiles.map((tile) => (
          <TileCanvas
            key={tile.title}
            {...{ tile, data, dark, selected, pointed, largest, onSelect }}
            sources={sources}
            size={cellSize(tile, room, all.length)}
          />
        ))}
      </div>
      {onSelect && (
        <span id={hint} class="unseen">
          The arrow keys select an entry.
        </span>
      )}
      {cut && <p class="more">{`Shown: ${cut}. The arrow keys move on.`}</p>}
      {all.length > mostTiles && <p class="more">{`${mostTiles} of ${all.length} are shown.`}</p>}
    </figure>
  );
}

function TileCanvas({
  tile,
  data,
  dark,
  selected,
  sources,
  pointed,
  largest,
  size,
  onSelect,
}: Omit<Drawing, "context"> & { readonly onSelect: ((place: number) => void) | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const width = tile.columns * size.width;
  const height = tile.rows * size.height;
  // only a tile whose own entries change is drawn again
  const own = (place: number | undefined) => (place !== undefined && cellOf([tile], place) ? place : undefined);
  const shown = { selected: own(selected), pointed: own(pointed ?? hovered) };
  const marked = sources?.filter((place) => cellOf([tile], place));
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const scale = Math.max(1, devicePixelRatio);
    canvas.current.width = Math.round(width * scale);
    canvas.current.height = Math.round(height * scale);
    context.scale(scale, scale);
    drawTile({ context, tile, data, dark, sources: marked, largest, size, ...shown });
  }, [data, dark, tile.start, width, height, shown.selected, shown.pointed, marked?.join()]);
  const placeAt = (event: MouseEvent): number => {
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const within = (position: number, length: number) => Math.max(0, Math.min(length - 1, Math.floor(position)));
    const row = within((event.clientY - top) / size.height, tile.rows);
    const column = within((event.clientX - left) / size.width, tile.columns);
    return placeOfCell(tile, row, column);
  };
  const indices = size.showsNumbers && (tile.rows > 1 || tile.columns > 1);
  return (
    <div
      class={indices ? "tile indexed" : "tile"}
      style={{ "--cell-width": `${size.width}px`, "--cell-height": `${size.height}px` }}
    >
      {tile.title && <span class="tile-title">{tile.title}</span>}
      {indices && (
        <span class="columns" aria-hidden="true">
          {Array.from({ length: tile.columns }, (_, i) => (
            <span key={i}>{i + (tile.firstColumn ?? 0)}</span>
          ))}
        </span>
      )}
      {indices && (
        <span class="rows" aria-hidden="true">
          {Array.from({ length: tile.rows }, (_, i) => (
            <span key={i}>{tile.rows > 1 ? i + (tile.firstRow ?? 0) : ""}</span>
          ))}
        </span>
      )}
      <canvas
        ref={canvas}
        style={{ width: `${width}px`, height: `${height}px`, cursor: onSelect ? "pointer" : "default" }}
        // the page keeps the focus, so that the arrow keys step
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => onSelect?.(placeAt(event))}
        onMouseMove={(event) => setHovered(placeAt(event))}
        onMouseLeave={() => setHovered(undefined)}
        title={hovered === undefined ? undefined : `${tile.title ? `${tile.title}: ` : ""}${data[hovered]}`}
      />
    </div>
  );
}

export function indexText(place: number, shape: readonly number[]): string {
  let rest = place;
  return shape
    .toReversed()
    .map((length) => {
      const i = rest % length;
      rest = Math.floor(rest / length);
      return i;
    })
    .reverse()
    .join(", ");
}

export function largestOf(data: Float64Array): number {
  let largest = 0;
  for (const value of data) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest;
}
