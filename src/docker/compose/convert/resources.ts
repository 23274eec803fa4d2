// The resources of a compose file as the spec of a task has them.

import type { ResourceRequirements } from '../../../engine/api.ts';
import { ParseFailure } from '../../../model/failure.ts';
import { CommandFailure } from '../../failure.ts';
import { parseCpus } from '../../service/numbers.ts';
import { numberAt, partAt, partsAt, textAt } from '../read.ts';
import type { Mapping } from '../value.ts';

/** @throws CommandFailure for CPUs that are no number */
export function convertResources(resources: Mapping): ResourceRequirements {
  const limits = partAt(resources, 'limits');
  const reservations = partAt(resources, 'reservations');
  return {
    Limits: limits === undefined ? undefined : { ...convertAmounts(limits), Pids: numberAt(limits, 'pids') },
    Reservations:
      reservations === undefined
        ? undefined
        : {
            ...convertAmounts(reservations),
            GenericResources: partsAt(reservations, 'generic_resources').map((resource) => {
              const discrete = partAt(resource, 'discrete_resource_spec');
              if (discrete === undefined) return {};
              return {
                DiscreteResourceSpec: {
                  Kind: textAt(discrete, 'kind') || undefined,
                  Value: numberAt(discrete, 'value') || undefined,
                },
              };
            }),
          },
  };
}

function convertAmounts(amounts: Mapping): { readonly NanoCPUs: number; readonly MemoryBytes: number } {
  return { NanoCPUs: cpusOf(textAt(amounts, 'cpus')), MemoryBytes: numberAt(amounts, 'memory') ?? 0 };
}

function cpusOf(text: string): number {
  if (text === '') return 0;
  try {
    return parseCpus(text);
  } catch (error) {
    if (error instanceof ParseFailure) throw new CommandFailure(error.message);
    throw error;
  }
}
