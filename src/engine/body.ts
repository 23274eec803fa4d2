// The JSON in the body of a request.

import { ParseFailure } from '../model/failure.ts';
import { type Decoder, decode } from './decode.ts';
import { RequestFailure } from './failure.ts';
import type { Request } from './http.ts';
import { parseJson, trailingContent } from './parse.ts';

/**
 * The body as a type of the API; an empty one is that type with nothing in it.
 * @throws RequestFailure 400
 */
export function readBody<T>({ headers, body }: Request, of: Decoder<T>): T {
  const type = headers.get('content-type') ?? '';
  if (type === '' && body === '') return of.zero;
  checkType(type);
  if (body === '') return of.zero;
  try {
    const value = parseJson(body);
    if (value === undefined)
      throw new RequestFailure(400, 'invalid JSON: got EOF while reading request body');
    return decode(value, of);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    const { message } = error;
    throw new RequestFailure(400, message === trailingContent ? message : `invalid JSON: ${message}`);
  }
}

function checkType(type: string): void {
  const [media = ''] = type.split(';');
  const name = media.trim().toLowerCase();
  if (name === 'application/json') return;
  if (/^[^\s/]+\/[^\s/]+$/.test(name)) {
    throw new RequestFailure(400, `unsupported Content-Type header (${type}): must be 'application/json'`);
  }
  const reason = name === '' ? 'no media type' : 'expected slash in media type';
  throw new RequestFailure(400, `malformed Content-Type header (${type}): mime: ${reason}`);
}
