/** The test of a text encoder of your own is the conformance suite. */
import { encoderConformance } from '@lorekeep/encoder/conformance';
import { createHashedWords } from './hashed-words.ts';

encoderConformance('hashed words', {
  zeros: true,
  texts: ['a steel screw', 'the red lamp', 'a lamp with steel', 'a cordless drill, 18 V'],
  open: async () => createHashedWords({ dim: 256 }),
  openOther: async () => createHashedWords({ dim: 128 }),
});
