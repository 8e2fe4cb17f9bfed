/** What is wrong with a piece of JSON, in words. Thrown and caught inside the parser only. */
export class FieldError extends Error {}

/** A JSON object whose fields are asked for one by one, each with its type. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /** `what` names the object in messages: `the call`. */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FieldError(`${what} is not an object`);
    }
    this.#record = value as Readonly<Record<string, unknown>>;
    this.#what = what;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#record, name);
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#record);
  }

  value(name: string): unknown {
    if (!this.has(name)) throw new FieldError(`${this.#what} has no ${name}`);
    return this.#record[name];
  }

  /** An integer from 0 on. */
  count(name: string): number {
    const value = this.value(name);
    if (!isCount(value))
      throw new FieldError(`${name} of ${this.#what} is not an integer from 0 on`);
    return value;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw new FieldError(`${name} of ${this.#what} is not a string`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') {
      throw new FieldError(`${name} of ${this.#what} is not true or false`);
    }
    return value;
  }

  oneOf<Name extends string>(name: string, names: readonly Name[]): Name {
    const value = this.text(name);
    const found = names.find((candidate) => candidate === value);
    if (found === undefined) {
      throw new FieldError(
        `${name} of ${this.#what} is ${JSON.stringify(value)}, not one of ${names.join(', ')}`,
      );
    }
    return found;
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw new FieldError(`${name} of ${this.#what} is not a list`);
    return value;
  }

  fields(name: string): Fields {
    return new Fields(this.value(name), `${name} of ${this.#what}`);
  }
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
