// Images by the names people know.

import { ParseFailure } from '../model/failure.ts';
import { familiarImage, parseImage } from '../model/image.ts';

/** The short form of an image with a tag, without its digest; every other text as it is. */
export function shownImage(text: string): string {
  try {
    const { domain, path, tag } = parseImage(text);
    return tag === undefined ? text : familiarImage({ domain, path, tag });
  } catch (error) {
    if (error instanceof ParseFailure) return text;
    throw error;
  }
}
