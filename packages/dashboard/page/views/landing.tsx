/** An item that does not exist yet: where it would land, and who would get it. */
import type { Landing } from '@lorekeep/dashboard';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, post } from '../lib/api.ts';
import { count } from '../lib/format.ts';
import { addressOf } from '../lib/route.ts';
import { ItemName } from '../parts/items.tsx';
import { Counting, Nothing, Panel, Problem } from '../parts/panel.tsx';
import { NearestItems, nearestWords } from './item.tsx';

interface Draft {
  title: string;
  description: string;
  categories: string;
  brand: string;
  price: string;
  fields: string;
}

const EMPTY: Draft = { title: '', description: '', categories: '', brand: '', price: '', fields: '' };

const isWaiting = ({ nearest, users }: Landing) => nearest.state === 'waiting' || users.state === 'waiting';

export function LandingView() {
  const [draft, setDraft] = useState(EMPTY);
  const [asked, setAsked] = useState<object | undefined>(undefined);
  const [answer, setAnswer] = useState<Landing | undefined>(undefined);
  const [error, setError] = useState<ApiError | undefined>(undefined);

  useEffect(() => {
    if (asked === undefined) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    async function ask(): Promise<void> {
      try {
        const landing = await post<Landing>('/v1/admin/landing', { item: asked, k: 10 });
        if (isOver) return;
        setAnswer(landing);
        setError(undefined);
        // The users come from the events, which may still be read.
        if (isWaiting(landing) && landing.nearest.state !== 'none') timer = setTimeout(ask, 1_000);
      } catch (problem) {
        if (!isOver) setError(problem instanceof ApiError ? problem : new ApiError('PAGE', String(problem)));
      }
    }
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [asked]);

  const submit = (event: Event) => {
    event.preventDefault();
    setAsked(itemOf(draft));
  };
  const set = (name: keyof Draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [name]: event.currentTarget.value });

  return (
    <>
      <Panel title="New item" about="It is encoded and compared, and not stored." span={answer === undefined ? 12 : 5}>
        <form class="draft" onSubmit={submit}>
          <label class="wide">
            Title
            <input value={draft.title} onInput={set('title')} autocomplete="off" />
          </label>
          <label class="wide">
            Text
            <textarea rows={4} value={draft.description} onInput={set('description')} />
          </label>
          <label>
            Categories
            <input
              value={draft.categories}
              onInput={set('categories')}
              placeholder="Garden > Tools"
              autocomplete="off"
            />
          </label>
          <label>
            Brand
            <input value={draft.brand} onInput={set('brand')} autocomplete="off" />
          </label>
          <label>
            Price
            <input value={draft.price} onInput={set('price')} inputMode="decimal" autocomplete="off" />
          </label>
          <label class="wide">
            Further fields, one a line
            <textarea rows={2} value={draft.fields} onInput={set('fields')} placeholder="colour = green" />
          </label>
          <p class="wide">
            <button type="submit">Show where it lands</button>
          </p>
        </form>
      </Panel>
      {error !== undefined && (
        <Panel title="No answer" span={answer === undefined ? 12 : 7}>
          <Problem error={error} />
        </Panel>
      )}
      {answer !== undefined && error === undefined && <Landed answer={answer} />}
    </>
  );
}

function Landed({ answer: { text, nearest, users } }: { answer: Landing }) {
  return (
    <>
      <Panel title="It lands near" about={nearestWords(nearest)} span={7}>
        <p class="under">The encoder read: {text === '' ? 'nothing, because there is no text' : `“${text}”`}</p>
        <NearestItems nearest={nearest} label="Nearest items" />
      </Panel>
      <Panel
        title="Users near to it"
        about={
          users.state === 'ready'
            ? `The mean cosine of the newest three items of each user, over ${count(users.among)} users: who would take an interest by text. The model weighs more than that.`
            : undefined
        }
      >
        {nearest.state === 'none' ? (
          <Nothing why="Without a text vector there is nobody to compare." what="Type a title or a text." />
        ) : users.state === 'waiting' ? (
          <Counting what="events" done={users.done} of={users.of} />
        ) : users.users.length === 0 ? (
          <Nothing why="No user has a positive event with an item that has a text." what="POST /v1/events." />
        ) : (
          <ol class="people">
            {users.users.map(({ user, similarity, newest }) => (
              <li key={user}>
                <a href={addressOf('explore', 'user', user)}>{user}</a>{' '}
                <span class="figure">{similarity.toFixed(2)}</span>
                <p class="because">
                  {newest.map((item, at) => (
                    <span key={`${at} ${item.id}`}>
                      {at > 0 && ' · '}
                      <ItemName item={{ ...item, category: null }} />
                    </span>
                  ))}
                </p>
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </>
  );
}

/** Only what was typed: an empty field is an absent one. */
function itemOf({ title, description, categories, brand, price, fields }: Draft): object {
  const path = categories
    .split('>')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const number = Number(price.replace(',', '.'));
  const others = fields
    .split('\n')
    .map((line) => /^([^=:]+)[=:](.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name, value]) => [name.trim(), value.trim()]);
  return {
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(description.trim() === '' ? {} : { description: description.trim() }),
    ...(path.length === 0 ? {} : { categories: path }),
    ...(brand.trim() === '' ? {} : { brand: brand.trim() }),
    ...(price.trim() === '' || Number.isNaN(number) ? {} : { price: number }),
    ...(others.length === 0 ? {} : { fields: Object.fromEntries(others) }),
  };
}
