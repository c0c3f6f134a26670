/** Held until disposed of. */
export interface StoreLock extends AsyncDisposable {
  readonly purpose: string;
}
