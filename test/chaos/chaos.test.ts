import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';

interface ChaosReport {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the chaos command to its end on servers of its own. */
function chaos(...args: readonly string[]): Promise<ChaosReport> {
  const child = spawn(process.execPath, ['dist/chaos/main.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Colours are also written where the CI variable is set, and would stand between the words looked for.
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}

test('chaos: primaries are killed under load, and every answer fits one order of the calls', async () => {
  const { code, output } = await chaos('--kills', '4', '--seed', '2');
  expect(output).toContain('CORRECT');
  expect(code).toBe(0);
});

test('chaos: the same for stock clients of a gateway, whose connections outlive every primary', async () => {
  const { code, output } = await chaos('--kills', '4', '--seed', '3', '--gateway');
  expect(output).toContain('CORRECT');
  expect(code).toBe(0);
});

test('chaos: without registered replies the checker finds spurious errors, or it would be broken', async () => {
  // Which calls a kill meets is chance: one run of six kills may find only harmless ones.
  for (const seed of ['2', '3', '4']) {
    const { code, output } = await chaos('--kills', '6', '--seed', seed, '--no-registration');
    if (code === 0 && seed !== '4') continue;
    expect(output).toMatch(/Spurious errors +[1-9]/);
    expect(code).toBe(1);
    return;
  }
});
