/** A panel: a heading, what its figures are and since when, and the figures or the reason for none. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../lib/api.ts';

interface PanelProps {
  title: string;
  /** What it shows and since when. */
  about?: ComponentChildren;
  /** Columns of the grid that it takes, of 12. */
  span?: number;
  children: ComponentChildren;
}

export function Panel({ title, about, span = 12, children }: PanelProps) {
  const id = `panel-${title.toLowerCase().replace(/\W+/g, '-')}`;
  return (
    <section class={`panel span-${span}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {about !== undefined && <p class="about">{about}</p>}
      </header>
      {children}
    </section>
  );
}

/** Why there is nothing to see, and what to do. */
export function Nothing({ why, what }: { why: ComponentChildren; what?: ComponentChildren }) {
  return (
    <div class="nothing">
      <p>{why}</p>
      {what !== undefined && <p class="what">{what}</p>}
    </div>
  );
}

export function Problem({ error }: { error: ApiError }) {
  return (
    <div class="problem" role="status">
      <p>
        <strong>{error.message}</strong>
      </p>
      {error.hint !== undefined && <p>{error.hint}</p>}
      <p class="code">{error.code}</p>
    </div>
  );
}

export function Counting({ what, done, of }: { what: string; done: number; of: number }) {
  const share = of === 0 ? 0 : Math.min(1, done / of);
  return (
    <div class="counting">
      <p id={`counting-${what}`}>
        Reading {what}: {done.toLocaleString('en-US')} of {of.toLocaleString('en-US')}.
      </p>
      <progress value={share} max={1} aria-labelledby={`counting-${what}`} />
    </div>
  );
}

/** The first answer is on its way, or there is none. */
export function Missing({ error }: { error: ApiError | undefined }) {
  return error === undefined ? <p class="loading">Asking the service …</p> : <Problem error={error} />;
}
