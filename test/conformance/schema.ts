// Reads recorded JSON: every value is checked as it enters, and has a type from then on. An error says where in the file it is.

/** Checks one value and gives it its type. Throws a `SchemaError` when it is something else. */
export type Read<Value> = (value: unknown, at: string) => Value;

/** What a reader gives. */
export type Of<Reader> = Reader extends Read<infer Value> ? Value : never;

export class SchemaError extends Error {
  constructor(at: string, wanted: string, value: unknown) {
    super(`${at}: ${wanted} expected, found ${JSON.stringify(value)}`);
    this.name = 'SchemaError';
  }
}

export const text: Read<string> = (value, at) => {
  if (typeof value !== 'string') throw new SchemaError(at, 'a text', value);
  return value;
};

export const number: Read<number> = (value, at) => {
  if (typeof value !== 'number') throw new SchemaError(at, 'a number', value);
  return value;
};

export const flag: Read<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw new SchemaError(at, 'true or false', value);
  return value;
};

/** One of some words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Read<Word> {
  return (value, at) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new SchemaError(at, `one of ${words.join(', ')}`, value);
    return found;
  };
}

/** Go writes an empty list as null. */
export function listOf<Value>(read: Read<Value>): Read<readonly Value[]> {
  return (value, at) => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw new SchemaError(at, 'a list', value);
    return value.map((item: unknown, index) => read(item, `${at}[${index}]`));
  };
}

/** An object whose keys are data, in the order of the file. */
export function mapOf<Value>(read: Read<Value>): Read<ReadonlyMap<string, Value>> {
  return (value, at) =>
    new Map([...entriesOf(value, at)].map(([key, item]) => [key, read(item, `${at}.${key}`)]));
}

/** The fields of one object. */
export interface Fields {
  /** A field that must be there. */
  get<Value>(name: string, read: Read<Value>): Value;
  /** `absent` when the field is not there, or null. */
  or<Value>(name: string, read: Read<Value>, absent: NoInfer<Value>): Value;
  /** Undefined when the field is not there, or null. */
  maybe<Value>(name: string, read: Read<Value>): Value | undefined;
}

/** An object all of whose fields must be known: what is not understood cannot be replayed. */
export function closed<Value>(read: (fields: Fields) => Value): Read<Value> {
  return recordOf(read, true);
}

/** An object that may have fields which nobody compares. */
export function open<Value>(read: (fields: Fields) => Value): Read<Value> {
  return recordOf(read, false);
}

function recordOf<Value>(read: (fields: Fields) => Value, strict: boolean): Read<Value> {
  return (value, at) => {
    const entries = entriesOf(value, at);
    const unread = new Set(entries.keys());
    const take = <Field>(name: string, readField: Read<Field>): Field | undefined => {
      unread.delete(name);
      const field = entries.get(name) ?? undefined;
      return field === undefined ? undefined : readField(field, `${at}.${name}`);
    };
    const result = read({
      get(name, readField) {
        unread.delete(name);
        return readField(entries.get(name), `${at}.${name}`);
      },
      or: (name, readField, absent) => take(name, readField) ?? absent,
      maybe: take,
    });
    const [unknown] = unread;
    if (strict && unknown !== undefined) {
      throw new SchemaError(`${at}.${unknown}`, 'no such field', entries.get(unknown));
    }
    return result;
  };
}

function entriesOf(value: unknown, at: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SchemaError(at, 'an object', value);
  }
  return new Map<string, unknown>(Object.entries(value));
}
