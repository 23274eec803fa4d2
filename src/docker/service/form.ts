// A spec as docker sends it: Go's order of fields, and nothing that is empty where Go leaves it out, whatever the engine that it came from wrote.

import type { ServiceSpec } from '../../engine/api.ts';
import { parseAnswer } from '../client.ts';
import { encodeJson } from '../template/json.ts';
import { serviceSpec } from '../types/service.ts';

export function specForm(spec: ServiceSpec): ServiceSpec {
  return parseAnswer(encodeJson(serviceSpec.decode(spec)));
}
