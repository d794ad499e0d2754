/**
 * The batch job in a process of its own, which `bench.ts` starts, measures and kills.
 *
 *     node child.ts job STORE MODEL SECONDS    encodes the catalogue, commits every SECONDS; writes
 *                                              a JSON line at the start and for every commit
 *     node child.ts ratio STORE MODEL ROUNDS   the job and `encode` of the same texts, in turns
 */
import { copyFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { encodeCatalogue, itemText, loadOnnxEncoder } from '@lorekeep/encoder';
import { openStore } from '@lorekeep/store';
import { interleave } from '../../measure/interleave.ts';
import { peakRssMb } from '../../measure/machine.ts';

const [mode, path, model, number] = process.argv.slice(2);
const encoder = await loadOnnxEncoder(model, { threads: availableParallelism() });
const say = (line: Record<string, unknown>) => console.log(JSON.stringify({ ...line, peakRssMb: peakRssMb() }));
if (mode === 'job') {
  const store = await openStore(path, { create: false });
  const { texts, encoded, reused, seconds } = await encodeCatalogue({
    store,
    encoder,
    commitSeconds: Number(number),
    progress: ({ done, total }) => say({ done, total }),
  });
  await store.close();
  say({ finished: true, texts, encoded, reused, seconds });
} else {
  const store = await openStore(path, { create: false });
  const texts = new Set<string>();
  for await (const items of store.items()) for (const item of items) texts.add(itemText(item));
  texts.delete('');
  const list = [...texts];
  await store.close();
  await encoder.encode(list.slice(0, 100));
  const job = async () => {
    const fresh = `${path}.round`;
    await copyFile(path, fresh);
    const own = await openStore(fresh, { create: false });
    const { seconds } = await encodeCatalogue({ store: own, encoder });
    await own.close();
    for (const suffix of ['', '-wal', '-shm']) await rm(fresh + suffix, { force: true });
    return seconds * 1000;
  };
  const timing = await interleave(
    [
      { name: 'job', run: job },
      { name: 'raw', run: async () => void (await encoder.encode(list)) },
    ],
    { rounds: Number(number), warmup: 0 },
  );
  say({ finished: true, texts: list.length, job: timing.job.median, raw: timing.raw.median });
}
await encoder.close();
