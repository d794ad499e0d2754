/** The frame of the page: what is served, and the views. */
import type { Model, System } from '@lorekeep/dashboard';
import { useEffect, useRef } from 'preact/hooks';
import { asksForKey } from './lib/api.ts';
import { count, duration, megabytes } from './lib/format.ts';
import { usePolled } from './lib/polled.ts';
import { type Route, useRoute } from './lib/route.ts';
import { KeyForm } from './parts/key-form.tsx';
import { Problem } from './parts/panel.tsx';
import { StoreView } from './views/data.tsx';
import { ExploreView } from './views/explore.tsx';
import { JobsView } from './views/jobs.tsx';
import { ListsView } from './views/lists.tsx';
import { ManageView } from './views/manage/manage.tsx';
import { MapView } from './views/map.tsx';
import { ModelView } from './views/model.tsx';
import { OutcomesView } from './views/outcomes.tsx';
import { SystemView } from './views/system.tsx';

const VIEWS = [
  ['', 'System'],
  ['outcomes', 'Outcomes'],
  ['lists', 'Lists'],
  ['model', 'Model'],
  ['data', 'Data'],
  ['jobs', 'Jobs'],
  ['explore', 'Explore'],
  ['map', 'Map'],
  ['manage', 'Manage'],
] as const;

export function App() {
  const route = useRoute();
  const system = usePolled<System>('/v1/admin/system', 5_000);
  const model = usePolled<Model>('/v1/admin/model', 15_000);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const [, title] = VIEWS.find(([view]) => view === route.view) ?? VIEWS[0];
  useEffect(() => {
    document.title = `${title} · Lorekeep`;
    // Who follows a link by keyboard goes on in the new view, not at the top of the page.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [title]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the figures
      </button>
      <header class="top">
        <p class="name">
          <a href="#/">Lorekeep</a>
        </p>
        <Served system={system.data} model={model.data} isGone={system.error?.code === 'UNREACHABLE'} />
        <nav aria-label="Views">
          <ul>
            {VIEWS.map(([view, name]) => (
              <li key={view}>
                <a href={`#/${view}`} aria-current={name === title ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <h1 class="unseen">{title}</h1>
        {system.error !== undefined && asksForKey(system.error) ? (
          <KeyForm error={system.error} />
        ) : (
          <>
            {system.error !== undefined && <Problem error={system.error} />}
            <View route={route} system={system} model={model} />
          </>
        )}
      </main>
    </>
  );
}

type Polled<T> = ReturnType<typeof usePolled<T>>;

function View({ route, system, model }: { route: Route; system: Polled<System>; model: Polled<Model> }) {
  switch (route.view) {
    case 'outcomes':
      return <OutcomesView />;
    case 'lists':
      return <ListsView />;
    case 'model':
      return <ModelView model={model} />;
    case 'data':
      return <StoreView />;
    case 'jobs':
      return <JobsView />;
    case 'explore':
      return <ExploreView rest={route.rest} />;
    case 'map':
      return <MapView />;
    case 'manage':
      return <ManageView />;
  }
  return <SystemView system={system} />;
}

interface ServedProps {
  system: System | undefined;
  model: Model | undefined;
  isGone: boolean;
}

function Served({ system, model, isGone }: ServedProps) {
  if (system === undefined) return <p class="served">…</p>;
  const items = system.index?.size;
  return (
    <p class="served">
      <span class={isGone ? 'lamp gone' : 'lamp'} aria-hidden="true" />
      {isGone ? 'does not answer' : `up ${duration(system.at - system.since)}`}
      {model?.publication != null && (
        <>
          <span class="part">{model.model === null ? 'texts alone' : `preset ${model.model.preset}`}</span>
          <span class="part extra">publication {model.publication.version}</span>
        </>
      )}
      {items !== undefined && <span class="part">{count(items)} items</span>}
      <span class="part extra">{megabytes(system.process.residentBytes)}</span>
    </p>
  );
}
