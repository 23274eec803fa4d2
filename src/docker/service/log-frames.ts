// Frames of a log stream: one line each, with the stream it was written to (reference 2.7).

import type { Fiber } from '../../engine/fiber.ts';
import type { Response, Stream } from '../../engine/http.ts';
import { nextPiece } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import type { DockerHost } from '../process.ts';

export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Reads a body piece by piece; undefined at its end. */
export type PieceReader = () => Fiber<Uint8Array | undefined>;

const headerLength = 8;
const systemError = 3;

/** A reader of a body that comes in pieces. */
export function readPieces(stream: Stream): PieceReader {
  return () => nextPiece(stream);
}

/**
 * A reader of frames; what is left at the end and is no whole frame is dropped. Reading throws CommandFailure when the engine says in the
 * stream what went wrong, and for what is no frame.
 */
export function readFrames(nextBytes: PieceReader): () => Fiber<Frame | undefined> {
  let bytes: Uint8Array = new Uint8Array();
  return function* () {
    while (frameLength(bytes) > bytes.length) {
      const piece = yield* nextBytes();
      if (piece === undefined) return undefined;
      bytes = joined(bytes, piece);
    }
    const length = frameLength(bytes);
    const frame = readFrame(bytes.subarray(0, length));
    bytes = bytes.subarray(length);
    return frame;
  };
}

/** Prints all of a terminal's logs: they are no frames, for there is one stream only. */
export function* copyPieces(nextPiece: PieceReader, host: DockerHost): Fiber<void> {
  const decoder = new TextDecoder();
  for (let piece = yield* nextPiece(); piece !== undefined; piece = yield* nextPiece()) {
    host.out(decoder.decode(piece, { stream: true }));
  }
}

/** Prints all frames as they are, each on its stream. */
export function* copyFrames(nextPiece: PieceReader, host: DockerHost): Fiber<void> {
  const nextFrame = readFrames(nextPiece);
  for (let frame = yield* nextFrame(); frame !== undefined; frame = yield* nextFrame()) {
    if (frame.stream === 'stdout') host.out(frame.text);
    else host.err(frame.text);
  }
}

/** The stream of an answer. @throws CommandFailure for an answer that was whole from the start */
export function streamOf({ body }: Response): Stream {
  if (typeof body === 'string') throw new CommandFailure('unexpected EOF');
  return body;
}

/** Infinity as long as the header is not whole. */
function frameLength(bytes: Uint8Array): number {
  if (bytes.length < headerLength) return Number.POSITIVE_INFINITY;
  return headerLength + bytes.subarray(4, headerLength).reduce((length, byte) => length * 256 + byte, 0);
}

function readFrame(bytes: Uint8Array): Frame {
  const kind = bytes[0] ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(headerLength));
  if (kind === systemError) throw new CommandFailure(`error from daemon in stream: ${text}`);
  if (kind > systemError) throw new CommandFailure(`Unrecognized input header: ${kind}`);
  return { stream: kind === 2 ? 'stderr' : 'stdout', text };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
