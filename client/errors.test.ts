import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, test } from 'vitest';
import { explain, type FileErrorCode, FileSystemError, StatusFailure } from './errors.ts';

const codes: readonly FileErrorCode[] = [
  ...(['EPERM', 'ENOENT', 'EIO', 'ENXIO', 'EBADF', 'EACCES', 'EBUSY', 'EEXIST'] as const),
  ...(['EXDEV', 'ENODEV', 'ENOTDIR', 'EISDIR', 'EINVAL', 'EFBIG', 'ENOSPC', 'EROFS'] as const),
  ...(['EMLINK', 'ENAMETOOLONG', 'ENOTEMPTY', 'ELOOP', 'ENOTSUP'] as const),
];

describe('errors of the client library', () => {
  test.each(codes)('%s has the number and the words of Node', (code) => {
    const error = new FileSystemError(code, { syscall: 'open', path: '/x' });
    const [, words] = getSystemErrorMap().get(-constants.errno[code]) ?? [];
    expect(error.message).toBe(`${code}: ${words}, open '/x'`);
    expect(error.errno).toBe(-constants.errno[code]);
  });

  test('has exactly the fields of an error of Node', () => {
    const error = new FileSystemError('ENOENT', { syscall: 'rename', path: '/a', dest: '/b' });
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      errno: -2,
      code: 'ENOENT',
      syscall: 'rename',
      path: '/a',
      dest: '/b',
    });
    expect(error.message).toBe("ENOENT: no such file or directory, rename '/a' -> '/b'");
    expect(Object.keys(new FileSystemError('EBADF', { syscall: 'read' }))).not.toContain('path');
  });

  test('a failed remote call is EIO with its cause; refused credentials are EACCES', () => {
    const at = { syscall: 'stat', path: '/x' };
    const lost = Object.assign(new Error('gone'), { code: 'RPC_CANTDECODERES' });
    expect(explain(lost, at)).toMatchObject({ code: 'EIO', cause: lost });
    const unknown = Object.assign(new Error('?'), {
      code: 'PA_OUTCOME_UNKNOWN',
      outcome: 'unknown',
    });
    expect(explain(unknown, at)).toMatchObject({ code: 'EIO', cause: unknown });
    const refused = Object.assign(new Error('who?'), { code: 'RPC_AUTHERROR' });
    expect(explain(refused, at)).toMatchObject({ code: 'EACCES', cause: refused });
  });

  test('what is no matter of a file stays as it is', () => {
    const at = { syscall: 'stat', path: '/x' };
    const bug = new TypeError('bug');
    const alias = Object.assign(new Error('no alias'), { code: 'PA_UNKNOWN_ALIAS' });
    expect(explain(bug, at)).toBe(bug);
    expect(explain(alias, at)).toBe(alias);
    expect(explain(new StatusFailure('EDQUOT'), at)).toMatchObject({ code: 'EDQUOT' });
  });
});
