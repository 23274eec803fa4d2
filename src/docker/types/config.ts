// Go's types swarm.Config and swarm.Secret.

import { annotations, driver, identified } from './common.ts';
import { bytes, embed, field, optional, pointer, struct } from './schema.ts';

export const config = struct('swarm.Config', [
  ...identified,
  field(
    'Spec',
    struct('swarm.ConfigSpec', [
      embed('Annotations', annotations),
      optional('Data', bytes),
      optional('Templating', pointer(driver)),
    ]),
  ),
]);

export const secret = struct('swarm.Secret', [
  ...identified,
  field(
    'Spec',
    struct('swarm.SecretSpec', [
      embed('Annotations', annotations),
      optional('Data', bytes),
      optional('Driver', pointer(driver)),
      optional('Templating', pointer(driver)),
    ]),
  ),
]);
