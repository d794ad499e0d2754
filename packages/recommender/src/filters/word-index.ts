/** Which documents have which words: the rows of a text field, or the distinct values of another field. */
import { createPostings } from './postings.ts';
import { createRowSet } from './row-set.ts';
import { wordsOf } from './words.ts';

export interface WordIndex {
  /** Replaces what is known of a document. */
  put(document: number, text: string | undefined): void;
  /** Whether `put` was called for it since it was last removed. */
  knows(document: number): boolean;
  remove(document: number): void;
  /** Calls `each` for the documents that have all of these words, at least one. */
  find(words: ReadonlySet<string>, each: (document: number) => void): void;
  /** Calls `each` for the documents that have a text. */
  withText(each: (document: number) => void): void;
  readonly bytes: number;
}

export function createWordIndex(): WordIndex {
  const postings = createPostings();
  const codeOf = new Map<string, number>();
  const words: string[] = [];
  const unused: number[] = [];
  const known = createRowSet();
  const filled = createRowSet();

  function codeFor(word: string): number {
    let code = codeOf.get(word);
    if (code === undefined) {
      code = unused.pop() ?? words.length;
      words[code] = word;
      codeOf.set(word, code);
    }
    return code;
  }

  const forget = (code: number) => {
    codeOf.delete(words[code]);
    unused.push(code);
  };

  return {
    put(document, text) {
      postings.removeRow(document, forget);
      known.add(document);
      if (text === undefined) filled.delete(document);
      else {
        filled.add(document);
        for (const word of wordsOf(text)) postings.add(document, codeFor(word));
      }
    },
    knows: (document) => known.has(document),
    remove(document) {
      postings.removeRow(document, forget);
      known.delete(document);
      filled.delete(document);
    },
    find(wanted, each) {
      const codes = new Set<number>();
      for (const word of wanted) {
        const code = codeOf.get(word);
        if (code === undefined) return;
        codes.add(code);
      }
      const [rarest] = [...codes].sort((a, b) => postings.count(a) - postings.count(b));
      postings.rowsOf(rarest, (document) => {
        let found = 0;
        postings.codesOf(document, (code) => {
          if (codes.has(code)) found++;
        });
        if (found === codes.size) each(document);
      });
    },
    withText(each) {
      for (const document of filled.rows()) each(document);
    },
    get bytes() {
      return postings.bytes;
    },
  };
}
