import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';

/** What each way counted of 10 additions, and which were given up, by what went wrong. */
async function table(): Promise<Map<string, string[]>> {
  const child = spawn(process.execPath, ['dist/examples/semantics/main.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  try {
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(output).toContain('Exactly once counted right every time.');
    expect(code).toBe(0);
  } finally {
    child.kill('SIGTERM');
  }
  const rows = output.split('\n').filter((line) => /^\S.* {2,}\d/.test(line));
  return new Map(
    rows.map((line) => {
      const [name = '', ...cells] = line.split(/ {2,}/);
      return [name, cells];
    }),
  );
}

test('semantics: servers are killed at every moment of a call, and only exactly once counts right', {
  // Some thirty processes are started, one after the other.
  timeout: 400_000,
}, async () => {
  const rows = await table();
  // Whether a call to a server that has just died counts as sent is a matter of luck.
  const afterReply = rows.get('the server dies when it has replied');
  rows.delete('the server dies when it has replied');
  expect([afterReply?.[0], afterReply?.[2]]).toEqual(['10', '10']);
  expect(Object.fromEntries(rows)).toEqual({
    nothing: ['10', '10', '10'],
    'the request is lost': ['10', '10', '10'],
    'the reply is lost': ['11 TOO MUCH', '10', '10'],
    'the request comes twice': ['11 TOO MUCH', '10', '10'],
    'the server dies with the request': ['10', '9 TOO LITTLE (1 in doubt)', '10'],
    'the server dies before it stores': ['10', '9 TOO LITTLE (1 in doubt)', '10'],
    'the server dies before it replies': ['11 TOO MUCH', '10 (1 in doubt)', '10'],
    'server and PAM die before the reply': ['11 TOO MUCH', '10 (1 in doubt)', '10'],
  });
});
