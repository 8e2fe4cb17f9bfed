import { type Nfstime3, type Sattr3, TimeHow } from '../../protocol/generated/nfs3.ts';
import type { SetAttributes } from '../file-system/attributes.ts';
import { modeBits } from '../file-system/permissions.ts';
import type { Time } from '../file-system/time.ts';
import { numberOf } from './numbers.ts';

const nanosecondsMax = 999_999_999;

/** RFC 1813 §2.6 sattr3. */
export function setAttributesOf({ mode, uid, gid, size, atime, mtime }: Sattr3): SetAttributes {
  return {
    mode: mode.setIt ? mode.mode & modeBits.all : undefined,
    uid: uid.setIt ? uid.uid : undefined,
    gid: gid.setIt ? gid.gid : undefined,
    size: size.setIt ? numberOf(size.size) : undefined,
    atime: atime.setIt === TimeHow.SET_TO_CLIENT_TIME ? givenTime(atime.atime) : now(atime.setIt),
    mtime: mtime.setIt === TimeHow.SET_TO_CLIENT_TIME ? givenTime(mtime.mtime) : now(mtime.setIt),
  };
}

function now(how: TimeHow): 'now' | undefined {
  return how === TimeHow.SET_TO_SERVER_TIME ? 'now' : undefined;
}

/** A client that counts wrongly still gets a time: at most the end of that second. */
function givenTime({ seconds, nseconds }: Nfstime3): Time {
  return { seconds, nanoseconds: Math.min(nseconds, nanosecondsMax) };
}
