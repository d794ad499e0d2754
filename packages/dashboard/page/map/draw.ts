/** Draws the points of the map. */
import type { ItemSpaceMap } from '@lorekeep/dashboard';
import { colour } from '../parts/chart.tsx';
import type { Camera } from './camera.ts';

export type ReadyMap = Extract<ItemSpaceMap, { state: 'ready' }>;

export interface Marks {
  selected: number | undefined;
  hovered: number | undefined;
  /** Neighbours of the selected item, by text. */
  near: readonly number[];
  /** Categories that are left out. */
  hidden: ReadonlySet<number>;
}

export const categoryColour = (category: number): string => colour(`cat-${category}`);

export function drawMap(canvas: HTMLCanvasElement, map: ReadyMap, camera: Camera, marks: Marks): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const at = (point: number): [number, number] => [
    width / 2 + (map.x[point] - camera.x) * camera.scale,
    height / 2 - (map.y[point] - camera.y) * camera.scale,
  ];
  const radius = Math.min(
    5,
    Math.max(1.6, 60 / Math.sqrt(map.ids.length) + Math.log2(Math.max(1, camera.scale / 400))),
  );

  pen.globalAlpha = marks.selected === undefined ? 0.78 : 0.4;
  map.categories.forEach((_, category) => {
    if (marks.hidden.has(category)) return;
    pen.fillStyle = categoryColour(category);
    pen.beginPath();
    map.category.forEach((own, point) => {
      if (own !== category) return;
      const [x, y] = at(point);
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) return;
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    });
    pen.fill();
  });
  pen.globalAlpha = 1;

  if (marks.selected !== undefined) {
    const [x, y] = at(marks.selected);
    pen.strokeStyle = colour('muted');
    pen.lineWidth = 1;
    pen.beginPath();
    for (const point of marks.near) {
      pen.moveTo(x, y);
      pen.lineTo(...at(point));
    }
    pen.stroke();
    for (const point of marks.near) dot(pen, at(point), radius + 1.5, categoryColour(map.category[point]));
    dot(pen, [x, y], radius + 3, colour('ink'));
  }
  if (marks.hovered !== undefined)
    label(pen, at(marks.hovered), width, map.titles[marks.hovered] ?? map.ids[marks.hovered]);
}

function dot(pen: CanvasRenderingContext2D, [x, y]: [number, number], radius: number, fill: string): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = colour('page');
  pen.stroke();
}

function label(pen: CanvasRenderingContext2D, [x, y]: [number, number], width: number, text: string): void {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const long = pen.measureText(text).width + 12;
  const left = Math.max(2, Math.min(x + 10, width - long - 2));
  pen.fillStyle = colour('ink');
  pen.beginPath();
  pen.roundRect(left, y - 28, long, 20, 3);
  pen.fill();
  pen.fillStyle = colour('page');
  pen.fillText(text, left + 6, y - 14);
}

/** The point nearest to a place on the canvas, if one is near enough. */
export function pointAt(
  map: ReadyMap,
  camera: Camera,
  hidden: ReadonlySet<number>,
  [px, py]: readonly [number, number],
  reach: number,
): number | undefined {
  let best: number | undefined;
  let least = reach * reach;
  map.x.forEach((x, point) => {
    if (hidden.has(map.category[point])) return;
    const dx = (x - camera.x) * camera.scale - px;
    const dy = -(map.y[point] - camera.y) * camera.scale - py;
    const distance = dx * dx + dy * dy;
    if (distance < least) {
      least = distance;
      best = point;
    }
  });
  return best;
}
