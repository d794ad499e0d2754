/** What a shop with simulated users says at its start. */
export const SIMULATED =
  'Shop: simulated users go on looking, clicking and buying (--no-simulate for a shop that stands still)';
