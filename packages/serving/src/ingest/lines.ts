/** Lines of a body that arrives in chunks, which end anywhere, also within a character. */

export interface Line {
  /** From 1; empty lines count. */
  number: number;
  /** Without its end. */
  bytes: Uint8Array;
}

const NEWLINE = 10;
const RETURN = 13;

export interface LineSplitter {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Line[];
  /** The last line, if it has no end. Only after the body is complete: it may be half a line. */
  end(): Line[];
  /** Bytes of the line that is not complete yet. */
  readonly held: number;
}

export function createLineSplitter(): LineSplitter {
  let parts: Uint8Array[] = [];
  let held = 0;
  let number = 0;

  function complete(last: Uint8Array): Line {
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    held = 0;
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    return { number: ++number, bytes: bytes.subarray(0, end) };
  }

  return {
    push(chunk) {
      const lines: Line[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        lines.push(complete(chunk.subarray(from, at)));
        from = at + 1;
      }
      if (from < chunk.length) {
        parts.push(chunk.subarray(from));
        held += chunk.length - from;
      }
      return lines;
    },
    end: () => (held === 0 ? [] : [complete(new Uint8Array(0))]),
    get held() {
      return held;
    },
  };
}

/** Whether a line has nothing but white space. */
export const isBlank = ({ bytes }: Line) => bytes.every((byte) => byte === 32 || byte === 9 || byte === RETURN);
