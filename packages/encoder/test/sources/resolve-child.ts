/** A process that downloads a model until the test kills it. Arguments: model, cache folder. */
import { resolveModel } from '../../src/index.ts';

await resolveModel(process.argv[2], { cacheDir: process.argv[3] });
