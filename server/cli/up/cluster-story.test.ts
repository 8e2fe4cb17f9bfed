import { beforeEach, describe, expect, test } from 'vitest';
import { ClusterStory } from './cluster-story.ts';

const killed = { code: null, signal: 'SIGKILL' };
const primary = (epoch: number) =>
  ({ kind: 'primary', epoch, port: 4711, takeoverMs: 42.4 }) as const;
const backup = { kind: 'backup', primaryNode: 'b', epoch: 7 } as const;
const text = (story: { text: string } | undefined): string | undefined => story?.text;

let story: ClusterStory;
beforeEach(() => {
  story = new ClusterStory(['home']);
  story.started('a', 123);
  story.started('b', 124);
  story.event('a', 'home', primary(6), 0);
  story.event('b', 'home', { ...backup, primaryNode: 'a' }, 0);
});

describe('a cluster that starts', () => {
  test('is settled when every alias is served and every server stands by', () => {
    const fresh = new ClusterStory(['home', 'projects']);
    fresh.started('a', 1);
    fresh.started('b', 2);
    expect(fresh.event('a', 'home', primary(1), 0)).toBeUndefined();
    expect(fresh.event('b', 'projects', primary(1), 0)).toBeUndefined();
    expect(fresh.isSettled).toBe(false);
    fresh.event('b', 'home', { ...backup, primaryNode: 'a' }, 0);
    fresh.event('a', 'projects', backup, 0);
    expect(fresh.isSettled).toBe(true);
    expect(fresh.roles('a')).toEqual({ home: 'primary', projects: 'backup' });
  });
});

describe('a primary that is killed', () => {
  test('is told with its alias, then who took over and how long it took, then its return', () => {
    expect(text(story.died('a', killed, 1_000))).toBe(
      'a (pid 123), primary of home, was killed (SIGKILL)',
    );
    expect(story.isSettled).toBe(false);
    const accused = { kind: 'accused', accusation: 'dead', epoch: 6 } as const;
    expect(story.event('b', 'home', accused, 1_010)).toBeUndefined();
    expect(text(story.event('b', 'home', primary(7), 1_084.3))).toBe(
      'b took home over in 84 ms: epoch 7, port 4711',
    );
    story.started('a', 200);
    expect(text(story.event('a', 'home', backup, 2_000))).toBe(
      'a is back (pid 200) as backup of home',
    );
    expect(story.event('a', 'home', backup, 2_100)).toBeUndefined();
  });

  test('may come back before its backup noticed', () => {
    story.died('a', killed, 1_000);
    story.started('a', 200);
    expect(text(story.event('a', 'home', primary(7), 1_900))).toBe(
      'a serves home again, 900 ms later: epoch 7, port 4711',
    );
  });
});

test('a backup that ends is told without a takeover', () => {
  expect(text(story.died('b', { code: 1, signal: null }, 0))).toBe(
    'b (pid 124) ended with exit code 1',
  );
  expect(story.role('a', 'home')).toBe('primary');
});

test('a primary that hangs is told by whoever takes over, with the time of the takeover itself', () => {
  const accused = { kind: 'accused', accusation: 'silent', epoch: 6 } as const;
  expect(text(story.event('b', 'home', accused, 0))).toBe('a does not answer: b takes home over');
  expect(text(story.event('b', 'home', primary(7), 50))).toBe(
    'b took home over in 42 ms: epoch 7, port 4711',
  );
  expect(text(story.event('a', 'home', { kind: 'lost', epoch: 6, reason: 'fenced' }, 60))).toBe(
    'a gave home up (fenced)',
  );
  expect([story.role('a', 'home'), story.role('b', 'home')]).toEqual(['backup', 'primary']);
});

test('there is one primary in each alias, also before the old one has noticed', () => {
  story.event('b', 'home', primary(7), 50);
  expect([story.role('a', 'home'), story.role('b', 'home')]).toEqual(['backup', 'primary']);
});

test('what a dead process still had to say is not told', () => {
  story.died('a', killed, 0);
  expect(story.event('a', 'home', { kind: 'problem', message: 'late' }, 1)).toBeUndefined();
});
