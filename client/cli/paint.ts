import type { CliContext, CliOutput } from './context.ts';

/** Colours, or the same text where there are none. */
export interface Paint {
  readonly isOn: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
  magenta(text: string): string;
}

/** Colours on a terminal only, and not where $NO_COLOR is set or $TERM says that it has none. */
export async function paintFor(context: CliContext, output: CliOutput): Promise<Paint> {
  const { NO_COLOR, TERM } = context.environment;
  const isOn = output.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  const { createColors } = (await import('picocolors')).default;
  return { ...createColors(isOn), isOn };
}

interface Painted {
  readonly mode: number;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFile(): boolean;
}

/** The name of a file in the colours that ls(1) gives it. */
export function paintName(paint: Paint, name: string, file: Painted): string {
  if (!paint.isOn) return name;
  if (file.isDirectory()) return paint.bold(paint.blue(name));
  if (file.isSymbolicLink()) return paint.bold(paint.cyan(name));
  if (!file.isFile()) return paint.bold(paint.yellow(name));
  return (file.mode & 0o111) === 0 ? name : paint.bold(paint.green(name));
}
