/** Numbers and times as the page writes them. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export const metric = (value: number): string => value.toFixed(4);

/** Three significant digits. */
export function ms(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

export const megabytes = (bytes: number): string => `${count(bytes / 1e6)} MB`;

/** `3 h 12 min`: the two largest units. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${count(Math.floor(s / 86_400))} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** Short durations with a fraction: `0.4 s`. */
export const seconds = (value: number): string => (value < 60 ? `${value.toFixed(1)} s` : duration(value));

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:03:22` today, with the day otherwise. Unix seconds. */
export function time(unix: number, now = Date.now() / 1000): string {
  const date = new Date(unix * 1000);
  const clock = timeFormat.format(date);
  return dayFormat.format(date) === dayFormat.format(new Date(now * 1000))
    ? clock
    : `${day(unix)}, ${clock.slice(0, 5)}`;
}

export const day = (unix: number): string => dayFormat.format(new Date(unix * 1000));

export const ago = (unix: number, now = Date.now() / 1000): string => `${duration(now - unix)} ago`;
