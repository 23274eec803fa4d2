// How a script says what a link is like, and the settings that makes.

import type { LinkSettings } from '../sim/fault.ts';
import { ScenarioFailure } from './failure.ts';
import { duration } from './options.ts';

/** A link's settings as a script gives them: durations like `50ms`, probabilities in per cent. */
export interface LinkOptions {
  readonly latency?: string;
  readonly jitter?: string;
  readonly lossPercent?: number;
  readonly duplicatePercent?: number;
  readonly reorderPercent?: number;
}

/** @throws ScenarioFailure for a probability that is none */
export function linkSettings(options: LinkOptions): Partial<LinkSettings> {
  const { latency, jitter, lossPercent, duplicatePercent, reorderPercent } = options;
  const ratio = (percent: number) => {
    if (percent >= 0 && percent <= 100) return { num: Math.round(percent * 10), den: 1000 };
    throw new ScenarioFailure(`link: a probability is 0 to 100 per cent, not ${percent}`);
  };
  return {
    ...(latency !== undefined && { latency: duration('link.latency', latency) }),
    ...(jitter !== undefined && { jitter: duration('link.jitter', jitter) }),
    ...(lossPercent !== undefined && { loss: ratio(lossPercent) }),
    ...(duplicatePercent !== undefined && { duplicate: ratio(duplicatePercent) }),
    ...(reorderPercent !== undefined && { reorder: ratio(reorderPercent) }),
  };
}
