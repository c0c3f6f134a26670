/** Lets a signal be heard between two steps of work that waits for nothing; throws where it asks for the end. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
