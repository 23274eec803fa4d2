// Go's type of a context, as `docker context inspect` shows it.

import { any, field, map, struct, text } from './schema.ts';

export const contextListing = struct('context.contextWithTLSListing', [
  field('Name', text),
  field('Metadata', any),
  field('Endpoints', map(any)),
  field('TLSMaterial', map(any)),
  field('Storage', struct('store.StorageInfo', [field('MetadataPath', text), field('TLSPath', text)])),
]);
