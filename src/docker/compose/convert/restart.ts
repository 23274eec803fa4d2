// When the tasks of a service are started again, from `deploy.restart_policy`, or where there is none from `restart`.

import type { RestartPolicy } from '../../../engine/api.ts';
import { CommandFailure } from '../../failure.ts';
import { numberAt, textAt } from '../read.ts';
import type { Mapping } from '../value.ts';

/** @throws CommandFailure */
export function convertRestart(restart: string, policy: Mapping | undefined): RestartPolicy | undefined {
  if (policy !== undefined) {
    return {
      Condition: textAt(policy, 'condition'),
      Delay: numberAt(policy, 'delay'),
      MaxAttempts: numberAt(policy, 'max_attempts'),
      Window: numberAt(policy, 'window'),
    };
  }
  const [name = '', ...rest] = restart.split(':');
  const attempts = rest.join(':');
  if (name === '' && restart !== '') {
    throw new CommandFailure('invalid restart policy format: no policy provided before colon');
  }
  if (attempts !== '' && !/^[-+]?[0-9]+$/.test(attempts)) {
    throw new CommandFailure('invalid restart policy format: maximum retry count must be an integer');
  }
  switch (name) {
    case '':
    case 'no':
      return undefined;
    case 'always':
    case 'unless-stopped':
      return { Condition: 'any' };
    case 'on-failure':
      return { Condition: 'on-failure', MaxAttempts: Number(attempts) };
    default:
      throw new CommandFailure(`unknown restart policy: ${restart}`);
  }
}
