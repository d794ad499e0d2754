/** Scenarios: settings of lists under a name, with their versions, and a look at what they give. */
import type { ShownItem } from '@lorekeep/dashboard';
import { useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError, get, post, put, remove } from '../../lib/api.ts';
import { count, time } from '../../lib/format.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { ItemList } from '../../parts/items.tsx';
import { Nothing, Panel, Problem } from '../../parts/panel.tsx';

interface Scenario {
  name: string;
  version: number;
  at: number;
  settings: Record<string, unknown>;
}

interface Answer {
  source: string;
  items: { id: string; score: number; item?: { title?: string; categories?: string[] } }[];
}

const EMPTY = '{\n  "k": 10\n}';
const pathOf = (name: string) => `/v1/scenarios/${encodeURIComponent(name)}`;

/** @throws Error if the text is no JSON object */
function parsed(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('Expected a JSON object.');
  return value as Record<string, unknown>;
}

function problemOf(text: string): string | undefined {
  try {
    parsed(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export function ScenariosPanel() {
  const [scenarios, setScenarios] = useState<Scenario[] | undefined>(undefined);
  const [versions, setVersions] = useState<Scenario[]>([]);
  const [name, setName] = useState('');
  const [text, setText] = useState(EMPTY);
  const [said, setSaid] = useState('');
  const [error, setError] = useState<ApiError | undefined>(undefined);
  const problem = problemOf(text);

  async function act(work: () => Promise<string>): Promise<void> {
    try {
      setSaid(await work());
      setError(undefined);
    } catch (failure) {
      setError(asApiError(failure));
    }
  }

  async function readAll(): Promise<string> {
    setScenarios((await get<{ scenarios: Scenario[] }>('/v1/scenarios')).scenarios);
    return '';
  }
  useEffect(() => void act(readAll), []);

  async function choose(chosen: string): Promise<string> {
    const { versions: all } = await get<{ versions: Scenario[] }>(`${pathOf(chosen)}/versions`);
    setVersions(all);
    setName(chosen);
    setText(JSON.stringify(all[0].settings, undefined, 2));
    return '';
  }

  async function save(): Promise<string> {
    const stored = await put<Scenario>(pathOf(name), parsed(text));
    await readAll();
    await choose(stored.name);
    return `Stored as version ${stored.version}. Requests that name ${stored.name} use it from now on.`;
  }

  async function erase(): Promise<string> {
    await remove(pathOf(name));
    await readAll();
    setVersions([]);
    setName('');
    setText(EMPTY);
    return `${name} is deleted.`;
  }

  return (
    <>
      <Panel
        title="Scenarios"
        about="Settings of lists under a name. A request that names a scenario takes from it what it does not say itself."
        span={7}
      >
        {error !== undefined && <Problem error={error} />}
        {scenarios?.length === 0 && (
          <Nothing why="There is no scenario yet." what="Give one a name and settings below." />
        )}
        {scenarios !== undefined && scenarios.length > 0 && (
          <ul class="choices" aria-label="Scenarios">
            {scenarios.map((scenario) => (
              <li key={scenario.name}>
                <button
                  type="button"
                  aria-pressed={scenario.name === name}
                  onClick={() => void act(() => choose(scenario.name))}
                >
                  {scenario.name}
                </button>{' '}
                <small>
                  version {scenario.version}, {time(scenario.at)}
                </small>
              </li>
            ))}
          </ul>
        )}
        <form
          class="draft"
          onSubmit={(event) => {
            event.preventDefault();
            if (problem === undefined && name !== '') void act(save);
          }}
        >
          <label>
            Name
            <input
              value={name}
              onInput={(event) => setName(event.currentTarget.value.trim())}
              placeholder="home"
              autocomplete="off"
            />
          </label>
          <label class="wide">
            Settings, as JSON
            <textarea
              class="code"
              rows={9}
              value={text}
              spellcheck={false}
              aria-invalid={problem !== undefined}
              aria-describedby="scenario-problem"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <p id="scenario-problem" class="wide" role="status">
            {problem ?? said}
          </p>
          <p class="wide actions">
            <button type="submit">Store as a new version</button>
            {versions.length > 0 && <Confirmed name="Delete" what={name} onConfirm={() => void act(erase)} />}
          </p>
        </form>
        {versions.length > 0 && (
          <>
            <h3>Versions</h3>
            <ul class="choices" aria-label="Versions">
              {versions.map((one) => (
                <li key={one.version}>
                  <button type="button" onClick={() => setText(JSON.stringify(one.settings, undefined, 2))}>
                    {one.name}@{one.version}
                  </button>{' '}
                  <small>{time(one.at)}</small>
                </li>
              ))}
            </ul>
          </>
        )}
      </Panel>
      <Preview text={text} isValid={problem === undefined} />
    </>
  );
}

/** The list that the settings would give, before they are stored. */
function Preview({ text, isValid }: { text: string; isValid: boolean }) {
  const [user, setUser] = useState('');
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  const [error, setError] = useState<ApiError | undefined>(undefined);

  async function look(event: Event): Promise<void> {
    event.preventDefault();
    try {
      // What similar items are by is no part of a request for recommendations.
      const { by: _by, ...settings } = parsed(text);
      const whom = user === '' ? { history: [] } : { user };
      setAnswer(await post<Answer>('/v1/recommend', { ...settings, ...whom, withItems: true }));
      setError(undefined);
    } catch (failure) {
      setError(asApiError(failure));
    }
  }

  return (
    <Panel title="Preview" about="The list that the settings at the left give now, whether stored or not." span={5}>
      <form class="finder" onSubmit={(event) => void look(event)}>
        <label for="preview-user">User</label>
        <input
          id="preview-user"
          value={user}
          onInput={(event) => setUser(event.currentTarget.value.trim())}
          placeholder="anybody"
          autocomplete="off"
        />
        <button type="submit" disabled={!isValid}>
          Show the list
        </button>
      </form>
      {error !== undefined && <Problem error={error} />}
      {answer !== undefined && error === undefined && (
        <>
          <p class="about">
            {count(answer.items.length)} items, ordered by {answer.source}.
          </p>
          <ItemList label="Preview" items={answer.items.map(shownOf)} figure={({ score }) => score.toPrecision(3)} />
        </>
      )}
    </Panel>
  );
}

const shownOf = ({ id, score, item }: Answer['items'][number]): ShownItem & { score: number } => ({
  ...{ id, score },
  title: item?.title ?? null,
  category: item?.categories?.at(-1) ?? null,
});
