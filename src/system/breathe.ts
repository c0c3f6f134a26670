/** Lets signals and what other threads answer be heard between two steps of work that waits for nothing; throws where it asks for the end. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
