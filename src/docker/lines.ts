// Bodies that hold one message a line, as they arrive.

import type { Fiber } from '../engine/fiber.ts';
import type { Response } from '../engine/http.ts';
import { nextPiece } from './client.ts';

/** Acts on every line that is not empty, until the body ends. */
export function* eachLine({ body }: Response, act: (line: string) => void): Fiber<void> {
  const take = (line: string): void => {
    if (line.trim() !== '') act(line);
  };
  if (typeof body === 'string') {
    body.split('\n').forEach(take);
    return;
  }
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let piece = yield* nextPiece(body); piece !== undefined; piece = yield* nextPiece(body)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    }
  } finally {
    body.close();
  }
  take(rest);
}
