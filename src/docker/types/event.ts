// Go's type events.Message.

import { field, int64, labels, optional, struct, text, textType } from './schema.ts';

export const eventMessage = struct('*events.Message', [
  optional('Status', text, 'status'),
  optional('ID', text, 'id'),
  optional('From', text, 'from'),
  field('Type', textType('events.Type')),
  field('Action', textType('events.Action')),
  field('Actor', struct('events.Actor', [field('ID', text), field('Attributes', labels)])),
  optional('Scope', text, 'scope'),
  optional('Time', int64, 'time'),
  optional('TimeNano', int64, 'timeNano'),
]);
