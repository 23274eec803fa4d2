// What runs on every machine of a swarm's world: the registry, or a node's engine.

import { handlePull, handleRegistryTimer, type RegistryContext } from '../agent/registry.ts';
import { behaviourOf } from '../model/image-behaviour.ts';
import { assert } from '../sim/assert.ts';
import type { Context, Program } from '../sim/context.ts';
import { bootNode, handleNode } from './node.ts';
import type { RegistryConfig, SwarmTypes } from './types.ts';

export const swarmProgram: Program<SwarmTypes> = {
  boot(context) {
    const { config } = context;
    return config.role === 'registry' ? { role: 'registry' } : bootNode(context, config);
  },

  handle(context, state, body) {
    const { config } = context;
    if (config.role === 'registry') handleRegistry(context, config, body);
    else {
      assert(state.role === 'node', 'a node keeps the memory of a node');
      handleNode(context, config, state, body);
    }
  },
};

function handleRegistry(
  context: Context<SwarmTypes>,
  config: RegistryConfig,
  body: SwarmTypes['body'],
): void {
  const registry: RegistryContext = {
    later: (delay, timer) => context.later(delay, timer),
    random: (stream, bound) => context.random(stream, bound),
    send: (to, message) => context.send(to, message),
    behaviour: (host, image) => behaviourOf(config.images, host, image),
  };
  if (body.kind === 'registry.pull') handlePull(registry, config.state, context.from, body);
  else if (body.kind === 'registry.done') handleRegistryTimer(registry, config.state, body);
}
