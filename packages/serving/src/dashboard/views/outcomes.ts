/** The answer of `GET /v1/admin/outcomes`. */
import type { Outcomes } from '@lorekeep/dashboard';
import type { Surveys } from '../surveys.ts';

export async function outcomesView({ outcomes }: Surveys): Promise<Outcomes> {
  const found = await outcomes.latest();
  return found === undefined ? { state: 'counting', ...outcomes.progress() } : { state: 'counted', ...found };
}
