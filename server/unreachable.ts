/** Ends a switch over a union: a member that is not handled does not compile, and never gets a made-up answer. */
export function unreachable(value: never): never {
  throw new Error(`this cannot be: ${JSON.stringify(value)}`);
}
