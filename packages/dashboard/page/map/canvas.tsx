/** The map as a canvas to drag, zoom and click, with the mouse, by touch and by keyboard. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { boundsOf, type Camera, fitted, moved, zoomed } from './camera.ts';
import { drawMap, type Marks, pointAt, type ReadyMap } from './draw.ts';

interface MapCanvasProps {
  map: ReadyMap;
  marks: Omit<Marks, 'hovered'>;
  onSelect: (point: number) => void;
}

/** A finger is wider than the tip of a mouse pointer. */
const REACH = { mouse: 12, touch: 24, keyboard: Number.POSITIVE_INFINITY };
const STEP = 40;
const ZOOM = 1.5;

export function MapCanvas({ map, marks, onSelect }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera | undefined>(undefined);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const fit = useRef<Camera | undefined>(undefined);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const travelled = useRef(0);

  const reset = useCallback(() => {
    const { clientWidth, clientHeight } = canvas.current as HTMLCanvasElement;
    fit.current = fitted(boundsOf(map.x, map.y), clientWidth, clientHeight);
    setCamera(fit.current);
  }, [map]);
  useEffect(reset, [reset]);

  useEffect(() => {
    if (camera !== undefined) drawMap(canvas.current as HTMLCanvasElement, map, camera, { ...marks, hovered });
  }, [camera, map, marks, hovered]);

  useEffect(() => {
    const redraw = () => setCamera((now) => now && { ...now });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    const sized = new ResizeObserver(redraw);
    sized.observe(canvas.current as HTMLCanvasElement);
    return () => {
      scheme.removeEventListener('change', redraw);
      sized.disconnect();
    };
  }, []);

  const zoom = (factor: number, at: readonly [number, number] = [0, 0]) =>
    setCamera((now) => now && zoomed(now, factor, at[0], at[1], fit.current?.scale));

  /** From the middle of the canvas. */
  const placeOf = (event: { clientX: number; clientY: number }): [number, number] => {
    const { left, top, width, height } = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    return [event.clientX - left - width / 2, event.clientY - top - height / 2];
  };
  const find = (place: readonly [number, number], reach: number) =>
    camera === undefined ? undefined : pointAt(map, camera, marks.hidden, place, reach);

  // As a listener of its own: one that Preact adds could not keep the page from scrolling.
  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const turn = (event: WheelEvent) => {
      // Without a key the wheel scrolls the page past the map.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300), placeOf(event));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, []);

  const down = (event: PointerEvent) => {
    (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled.current = 0;
  };
  const move = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === 'mouse') setHovered(find(placeOf(event), REACH.mouse));
      return;
    }
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled.current += Math.abs(dx) + Math.abs(dy);
    if (other === undefined) {
      setCamera((now) => now && moved(now, dx, dy));
      return;
    }
    const apart = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    const middle = { clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2 };
    zoom(apart({ x: event.clientX, y: event.clientY }) / apart(before), placeOf(middle));
  };
  const up = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
    if (travelled.current > 6) return;
    const point = find(placeOf(event), event.pointerType === 'mouse' ? REACH.mouse : REACH.touch);
    if (point !== undefined) onSelect(point);
  };

  const press = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [STEP, 0],
      ArrowRight: [-STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    const step = moves[event.key];
    if (step !== undefined) setCamera((now) => now && moved(now, ...step));
    else if (event.key === '+' || event.key === '=') zoom(ZOOM);
    else if (event.key === '-') zoom(1 / ZOOM);
    else if (event.key === '0') reset();
    else if (event.key === 'Enter' || event.key === ' ') {
      const point = find([0, 0], REACH.keyboard);
      if (point !== undefined) onSelect(point);
    } else return;
    event.preventDefault();
  };

  return (
    <div class="map">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is an application, operated by keys */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="Map of the items. Arrow keys move it, plus and minus zoom, 0 shows all, Enter shows the item in the middle."
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => setHovered(undefined)}
        onKeyDown={press}
      />
      <span class="middle" aria-hidden="true" />
      <div class="zoom">
        <button type="button" onClick={() => zoom(ZOOM)} aria-label="Zoom in">
          +
        </button>
        <button type="button" onClick={() => zoom(1 / ZOOM)} aria-label="Zoom out">
          −
        </button>
        <button type="button" onClick={reset}>
          All
        </button>
      </div>
    </div>
  );
}
