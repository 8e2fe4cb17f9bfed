import { CommandFailure } from './failure.ts';

/** A path as somebody typed it. */
export type Operand =
  | { readonly kind: 'local'; readonly path: string }
  /** `alias` is undefined where none was named. */
  | { readonly kind: 'remote'; readonly alias: string | undefined; readonly path: string };

const withAlias = /^([^/:]*):(.*)$/s;
const aliasName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** For commands that know remote files only: `home:/path`, `home:path`, `home:`, or a path in the default alias. */
export function parseRemote(text: string): Extract<Operand, { kind: 'remote' }> {
  const match = withAlias.exec(text);
  if (match === null) return { kind: 'remote', alias: undefined, path: fromRoot(text) };
  const [, alias = '', path = ''] = match;
  if (!aliasName.test(alias)) {
    throw new CommandFailure(
      `'${text}': '${alias}' is no name of an alias (a-z, 0-9, '.', '_', '-'); for a path with a colon in it, start it with '/'`,
    );
  }
  return { kind: 'remote', alias, path: fromRoot(path) };
}

/** For commands that know both, as scp: what has a colon before its first slash is remote, all else is local. */
export function parseEither(text: string): Operand {
  return withAlias.test(text) ? parseRemote(text) : { kind: 'local', path: text };
}

/** There is no remote working directory: every remote path starts at the root of its alias. */
function fromRoot(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}
