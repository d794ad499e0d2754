/** Asks for a key, where the service wants one. */
import { useState } from 'preact/hooks';
import { type ApiError, useKey } from '../lib/api.ts';
import { Problem } from './panel.tsx';

export function KeyForm({ error }: { error: ApiError }) {
  const [key, setKey] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim() !== '') useKey(key.trim());
  };
  return (
    <>
      <Problem error={error} />
      <form class="finder" onSubmit={submit}>
        <label for="key">Key with the scope admin</label>
        <input
          id="key"
          type="password"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
          autocomplete="off"
        />
        <button type="submit">Use it in this tab</button>
      </form>
    </>
  );
}
