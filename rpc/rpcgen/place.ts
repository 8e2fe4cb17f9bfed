/** Where in a source file something stands. Lines and columns count from 1; a tab is one column. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What the compiler throws inside itself at the first mistake in a .x file; `compileFile` turns it into a value.
 * Never leaves this folder.
 */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** `file.x:12:7: error: ...`, as C compilers print it and editors parse it. */
export function formatError(error: CompileError): string {
  return `${formatPlace(error.place)}: error: ${error.message}`;
}
