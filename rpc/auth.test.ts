import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { authSys, credentialWithoutStamp, parseCredential } from './auth.ts';
import { authFlavor, authNone } from './opaque-auth.ts';

const someone = { machineName: 'host', uid: 1000, gid: 100, gids: [4, 27] };

test('RFC 5531 appendix A: the bytes of AUTH_SYS', () => {
  expect(authSys({ ...someone, stamp: 7 }).body.toString('hex')).toBe(
    '00000007' +
      '00000004686f7374' +
      '000003e8' +
      '00000064' +
      '00000002' +
      '00000004' +
      '0000001b',
  );
});

test('credential: AUTH_NONE and AUTH_SYS are understood', () => {
  expect(parseCredential(authNone)).toEqual({ flavor: 'AUTH_NONE' });
  expect(parseCredential(authSys(someone))).toEqual({ flavor: 'AUTH_SYS', stamp: 0, ...someone });
});

test('credential: limits of AUTH_SYS are inclusive', () => {
  const most = {
    machineName: '\xff'.repeat(255),
    uid: 0xffff_ffff,
    gid: 0xffff_ffff,
    gids: Array.from({ length: 16 }, (_, at) => at),
  };
  expect(parseCredential(authSys(most))).toMatchObject(most);
  expect(() => authSys({ ...someone, machineName: 'x'.repeat(256) })).toThrow();
  expect(() => authSys({ ...someone, gids: Array.from({ length: 17 }, () => 1) })).toThrow();
});

test('credential: what does not parse wholly is AUTH_BADCRED', () => {
  const { flavor, body } = authSys(someone);
  for (let length = 0; length < body.length; length += 1) {
    const credential = { flavor, body: body.subarray(0, length) };
    expect(parseCredential(credential)).toEqual({ flavor: undefined, authStat: 'AUTH_BADCRED' });
  }
  const longer = { flavor, body: Buffer.concat([body, Buffer.alloc(4)]) };
  expect(parseCredential(longer)).toEqual({ flavor: undefined, authStat: 'AUTH_BADCRED' });
  const manyGids = Buffer.from(body);
  manyGids.writeUInt32BE(17, 20);
  expect(parseCredential({ flavor, body: manyGids })).toMatchObject({ authStat: 'AUTH_BADCRED' });
});

test('credential: other flavours are refused', () => {
  for (const flavor of [authFlavor.AUTH_SHORT, authFlavor.RPCSEC_GSS, 4711]) {
    expect(parseCredential({ flavor, body: Buffer.alloc(8) })).toEqual({
      flavor: undefined,
      authStat: 'AUTH_REJECTEDCRED',
    });
  }
});

test('credential without its stamp: the same for each resend, different for another user', () => {
  const of = (stamp: number, uid: number): string =>
    credentialWithoutStamp(authSys({ ...someone, uid, stamp })).toString('hex');
  expect(of(1, 1000)).toBe(of(2, 1000));
  expect(of(1, 1000)).not.toBe(of(1, 1001));
  expect(credentialWithoutStamp({ flavor: 99, body: Buffer.from('all') }).toString()).toBe('all');
  expect(credentialWithoutStamp({ flavor: 1, body: Buffer.alloc(2) }).length).toBe(0);
});

propertyTest.prop([fc.uint8Array({ maxLength: 400 })])(
  'credential: random bytes never throw',
  (bytes) => {
    parseCredential({ flavor: authFlavor.AUTH_SYS, body: Buffer.from(bytes) });
  },
);
