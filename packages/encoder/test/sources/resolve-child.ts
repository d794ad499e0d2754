/** A process that fetches a model and may be killed. Arguments: model, cache folder. */
import { resolveModel } from '../../src/index.ts';

await resolveModel(process.argv[2], { cacheDir: process.argv[3] });
