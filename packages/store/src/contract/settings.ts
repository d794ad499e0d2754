/** Settings: small JSON values of the workspace, such as the last model or the item template. */
export interface Settings {
  /** `undefined` if absent. */
  getSetting<T>(key: string): Promise<T | undefined>;
  /** Stores a JSON value under a key; an earlier value is replaced. */
  setSetting(key: string, value: unknown): Promise<void>;
}
