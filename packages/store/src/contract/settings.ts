/** Settings: small JSON values of the workspace, such as the last model or the item template. */
export interface Settings {
  /** `undefined` if absent. */
  getSetting<T>(key: string): Promise<T | undefined>;
  /** Stores a JSON value under a key; an earlier value is replaced. */
  setSetting(key: string, value: unknown): Promise<void>;
  /**
   * Stores a value only if the present one is still `expected`, as `getSetting` has given it;
   * `undefined`: only if there is none. So two programs that change one setting lose nothing: the one
   * that gets false reads again.
   */
  replaceSetting(key: string, expected: unknown, value: unknown): Promise<boolean>;
}
