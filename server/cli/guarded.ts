/** A failure that its user can do something about ends the command with one line; anything else with its stack. */
export function guarded<Words extends readonly unknown[]>(
  name: string,
  action: (...words: Words) => Promise<void>,
): (...words: Words) => Promise<void> {
  return async (...words) => {
    try {
      await action(...words);
    } catch (error) {
      const { describeFailure, exitCodeOf } = await import('./failure.ts');
      console.error(`fuga ${name}: ${describeFailure(error) ?? stackOf(error)}`);
      process.exit(exitCodeOf(error));
    }
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
