/** Packages that the default installation leaves out. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Loads an optional package and uses it: from `.extras` in the working directory, then from the
 * packages of the working directory, then from beside a module. If loading or using fails in one
 * place, the next is tried.
 *
 * @param beside `import.meta.url` of the module that needs it
 * @throws AggregateError of all failures
 */
export function withOptionalPackage<Package, Result>(
  name: string,
  beside: string,
  use: (loaded: Package) => Result,
): Result {
  const places = [join(process.cwd(), '.extras', 'package.json'), join(process.cwd(), 'package.json'), beside];
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      return use(createRequire(place)(name) as Package);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures);
}
