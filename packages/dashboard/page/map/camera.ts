/** What part of the plane is on the canvas. */
export interface Camera {
  /** The point in the middle. */
  x: number;
  y: number;
  /** Pixels for one unit of the plane. */
  scale: number;
}

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export function boundsOf(x: readonly number[], y: readonly number[]): Bounds {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  x.forEach((value, at) => {
    bounds.left = Math.min(bounds.left, value);
    bounds.right = Math.max(bounds.right, value);
    bounds.bottom = Math.min(bounds.bottom, y[at]);
    bounds.top = Math.max(bounds.top, y[at]);
  });
  return bounds;
}

/** Everything, with a margin. */
export function fitted({ left, right, bottom, top }: Bounds, width: number, height: number): Camera {
  const scale = 0.94 * Math.min(width / (right - left || 1), height / (top - bottom || 1));
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale };
}

export const moved = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x - dx / camera.scale,
  y: camera.y + dy / camera.scale,
});

/**
 * Zooms so that the point under (px, py) stays there.
 * @param px, py from the middle of the canvas, in pixels
 */
export function zoomed(camera: Camera, factor: number, px = 0, py = 0, fit = camera.scale): Camera {
  const scale = Math.min(200 * fit, Math.max(0.5 * fit, camera.scale * factor));
  return {
    x: camera.x + px / camera.scale - px / scale,
    y: camera.y - py / camera.scale + py / scale,
    scale,
  };
}
