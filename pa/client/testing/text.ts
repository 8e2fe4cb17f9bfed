/** The arguments of a test's call, as `FakeArea.executed` shows them. */
export function hexOf(text: string): string {
  return Buffer.from(text.padEnd(4)).toString('hex');
}
