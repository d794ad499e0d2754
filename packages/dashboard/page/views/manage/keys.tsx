/** Keys of the service: list, create, rotate, revoke. A secret is shown once, and kept nowhere. */
import { useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError, get, keepKey, post, remove } from '../../lib/api.ts';
import { time } from '../../lib/format.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { type Column, Table } from '../../parts/figures.tsx';
import { Nothing, Panel, Problem } from '../../parts/panel.tsx';

interface Key {
  id: string;
  name: string;
  scopes: string[];
  state: string;
  createdAt: number;
  expiresAt?: number;
}

interface Issued {
  key: Key;
  secret: string;
}

const SCOPES = ['read', 'events', 'write', 'admin'];
const DAY = 86_400;

export function KeysPanel() {
  const [keys, setKeys] = useState<Key[] | undefined>(undefined);
  const [issued, setIssued] = useState<Issued | undefined>(undefined);
  const [error, setError] = useState<ApiError | undefined>(undefined);

  async function act(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      setError(undefined);
    } catch (failure) {
      setError(asApiError(failure));
    }
  }
  const readAll = async () => setKeys((await get<{ keys: Key[] }>('/v1/keys')).keys);
  useEffect(() => void act(readAll), []);

  const isFirst = keys?.length === 0;
  const issue = (path: string, body: object) =>
    void act(async () => {
      const made = await post<Issued>(path, body);
      setIssued(made);
      // From the first key on, this page needs one too.
      if (isFirst) keepKey(made.secret);
      await readAll();
    });
  const revoke = (id: string) =>
    void act(async () => {
      await remove(`/v1/keys/${id}`);
      await readAll();
    });

  const columns: Column<Key>[] = [
    {
      name: 'Key',
      cell: ({ id, name }) => (
        <>
          <code>{id}</code>
          <small>{name}</small>
        </>
      ),
    },
    { name: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
    { name: 'State', cell: ({ state }) => state },
    { name: 'Created', isExtra: true, cell: ({ createdAt }) => time(createdAt) },
    { name: 'Ends', isExtra: true, cell: ({ expiresAt }) => (expiresAt === undefined ? 'never' : time(expiresAt)) },
    {
      name: 'Change',
      cell: ({ id, state }) =>
        state === 'revoked' ? (
          '–'
        ) : (
          <span class="actions">
            <Confirmed name="Rotate" what={id} onConfirm={() => issue(`/v1/keys/${id}/rotate`, { overlap: 3_600 })} />
            <Confirmed name="Revoke" what={id} onConfirm={() => revoke(id)} />
          </span>
        ),
    },
  ];

  return (
    <Panel
      title="Keys"
      about="Of the clients of this service. Only a hash of a secret is stored. After a rotation the former secret is accepted for an hour."
    >
      {issued !== undefined && <Secret issued={issued} />}
      {error !== undefined && <Problem error={error} />}
      {keys?.length === 0 && (
        <Nothing
          why="There is no key yet, so every program on this machine may do everything."
          what="As soon as there is one, every request needs one. The first is for this page, so it has the scope admin; this tab uses it at once."
        />
      )}
      {keys !== undefined && keys.length > 0 && (
        <Table label="Keys" columns={columns} rows={keys} keyOf={({ id }) => id} />
      )}
      {keys !== undefined && <NewKey isFirst={isFirst} create={(body) => issue('/v1/keys', body)} />}
    </Panel>
  );
}

function Secret({ issued: { key, secret } }: { issued: Issued }) {
  return (
    <div class="secret" role="status">
      <p>
        The key <code>{key.id}</code>, shown this once: <code class="whole">{secret}</code>
      </p>
    </div>
  );
}

function NewKey({ isFirst, create }: { isFirst: boolean; create: (body: object) => void }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState('');
  const [scopes, setScopes] = useState<string[]>(isFirst ? SCOPES : ['read']);
  const toggle = (scope: string) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  const expires = Number(days);
  const isValid = scopes.length > 0 && (!isFirst || scopes.includes('admin')) && (days === '' || expires > 0);
  return (
    <form
      class="draft"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) create({ scopes, name, ...(days === '' ? {} : { expiresIn: expires * DAY }) });
      }}
    >
      <label>
        Name
        <input
          value={name}
          maxLength={100}
          onInput={(event) => setName(event.currentTarget.value)}
          autocomplete="off"
        />
      </label>
      <label>
        Days until it ends
        <input
          value={days}
          inputMode="numeric"
          placeholder="never"
          onInput={(event) => setDays(event.currentTarget.value)}
          autocomplete="off"
        />
      </label>
      <fieldset class="wide">
        <legend>Scopes; none includes another</legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="check">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} /> {scope}
          </label>
        ))}
      </fieldset>
      <p class="wide">
        <button type="submit" disabled={!isValid}>
          Create a key
        </button>
      </p>
    </form>
  );
}
