/** The explorer: a user, an item, or an item that does not exist yet. */
import type { DataHealth } from '@lorekeep/dashboard';
import { useEffect, useState } from 'preact/hooks';
import { usePolled } from '../lib/polled.ts';
import { addressOf } from '../lib/route.ts';
import { Panel } from '../parts/panel.tsx';
import { ItemPanels } from './item.tsx';
import { LandingView } from './landing.tsx';
import { UserPanels } from './user.tsx';

export function ExploreView({ rest: [kind = '', ...ids] }: { rest: string[] }) {
  const id = ids.join('/');
  return (
    <div class="grid">
      <Panel
        title="Explore"
        about="What a user gets and from what; what an item is near to; where a new item would land. Nothing that is looked at here is counted or written."
      >
        <div class="finders">
          <Finder kind="user" label="User" id={kind === 'user' ? id : ''} />
          <Finder kind="item" label="Item" id={kind === 'item' ? id : ''} />
          <p class="finder">
            <span class="label" id="new-item-label">
              New item
            </span>
            <a class="button" href={addressOf('explore', 'new')} aria-current={kind === 'new' ? 'page' : undefined}>
              Paste one
            </a>
          </p>
        </div>
        <Examples />
      </Panel>
      {kind === 'user' && id !== '' && <UserPanels id={id} />}
      {kind === 'item' && id !== '' && <ItemPanels id={id} />}
      {kind === 'new' && <LandingView />}
    </div>
  );
}

function Finder({ kind, label, id }: { kind: 'user' | 'item'; label: string; id: string }) {
  const [value, setValue] = useState(id);
  useEffect(() => setValue(id), [id]);
  const find = (event: Event) => {
    event.preventDefault();
    if (value.trim() !== '') location.hash = addressOf('explore', kind, value.trim());
  };
  return (
    <form class="finder" onSubmit={find}>
      <label for={`find-${kind}`}>{label}</label>
      <input
        id={`find-${kind}`}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
        placeholder={`id of ${kind === 'user' ? 'a user' : 'an item'}`}
        autocomplete="off"
        spellcheck={false}
      />
      <button type="submit">Show</button>
    </form>
  );
}

function Examples() {
  const { data } = usePolled<DataHealth>('/v1/admin/data', 30_000, ({ events }) => events.state === 'counting');
  if (data === undefined || data.events.state === 'counting')
    return <p class="under">Users and items to begin with are listed here when the events are read.</p>;
  const { users, items } = data.examples;
  if (users.length === 0) return <p class="under">No user has three positive events yet. Type an id above.</p>;
  return (
    <>
      <p class="under examples">
        Users with the newest events:{' '}
        {users.map((user) => (
          <a key={user} href={addressOf('explore', 'user', user)}>
            {user}
          </a>
        ))}
      </p>
      <p class="under examples">
        Their items:{' '}
        {items.slice(0, 4).map((item) => (
          <a key={item.id} href={addressOf('explore', 'item', item.id)}>
            {shortened(item.title ?? item.id)}
          </a>
        ))}
      </p>
    </>
  );
}

const SHORT = 36;
const shortened = (title: string) => (title.length <= SHORT ? title : `${title.slice(0, SHORT - 1).trimEnd()}…`);
