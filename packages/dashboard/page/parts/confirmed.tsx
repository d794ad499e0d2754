/** A button for what cannot be undone: it asks once more before it does it. */
import { useState } from 'preact/hooks';

interface ConfirmedProps {
  /** What it does: `Revoke`. */
  name: string;
  /** What it is done to, for readers of the screen. */
  what: string;
  onConfirm: () => void;
}

export function Confirmed({ name, what, onConfirm }: ConfirmedProps) {
  const [asks, setAsks] = useState(false);
  if (!asks)
    return (
      <button type="button" onClick={() => setAsks(true)} aria-label={`${name} ${what}`}>
        {name}
      </button>
    );
  return (
    <button
      type="button"
      class="warns"
      onClick={() => {
        setAsks(false);
        onConfirm();
      }}
      onBlur={() => setAsks(false)}
      aria-label={`Really ${name.toLowerCase()} ${what}`}
    >
      Really {name.toLowerCase()}?
    </button>
  );
}
