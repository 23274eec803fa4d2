// Loads the scenarios of a file. Part of the rim: reads the disk.

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { require as requireTs } from 'tsx/cjs/api';
import { ScenarioFailure } from './failure.ts';
import { placeIn } from './place.ts';
import type { Scenario } from './scenario.ts';

/** @throws ScenarioFailure in one sentence: no such file, not a scenario, an error while it was read */
export function loadScenarios(file: string): readonly Scenario[] {
  const path = resolve(file);
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new ScenarioFailure(`${file}: there is no such file`);
  }
  if (!/\.[cm]?[jt]s$/.test(path)) {
    throw new ScenarioFailure(`${file}: a scenario is a .ts or .js module`);
  }
  let module: unknown;
  try {
    // Not import(): of a file outside of a package of modules, that way tells no lines.
    module = requireTs(path, import.meta.url);
  } catch (error) {
    throw new ScenarioFailure(loadFailure(file, path, error));
  }
  // As a CommonJS module has it, as an ES module has it, and as one has it that was made into the other.
  const once = defaultOf(module);
  for (const found of [module, once, defaultOf(once)]) {
    if (isScenario(found)) return [found];
    if (isScenarios(found)) return found;
  }
  throw new ScenarioFailure(
    `${file}: does not export a scenario: its default export must be an object with title (text), cluster (object) and script (function), or an array of them`,
  );
}

/** One line with the place; loaders add lines that are about themselves. */
function loadFailure(file: string, path: string, error: unknown): string {
  const [first = '', ...others] = (error instanceof Error ? error.message : String(error)).split('\n');
  // What esbuild says of a syntax error: PATH:LINE:COLUMN: ERROR: TEXT.
  const [, syntaxPlace, syntax] = /:(\d+:\d+): ERROR: (.*)$/.exec(others[0] ?? '') ?? [];
  const place = syntaxPlace ?? (error instanceof Error ? placeIn(path, error.stack) : undefined);
  return `${file}${place === undefined ? '' : `:${place}`}: cannot be loaded: ${syntax ?? first}`;
}

function defaultOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : undefined;
}

function isScenarios(value: unknown): value is readonly Scenario[] {
  return Array.isArray(value) && value.length > 0 && value.every(isScenario);
}

function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === 'object' &&
    value !== null &&
    'title' in value &&
    typeof value.title === 'string' &&
    'cluster' in value &&
    typeof value.cluster === 'object' &&
    value.cluster !== null &&
    'script' in value &&
    typeof value.script === 'function'
  );
}
