// Loads the scenarios of a file. Part of the rim: reads the disk.

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { ScenarioFailure } from './failure.ts';
import { placeIn } from './place.ts';
import type { Scenario } from './scenario.ts';

/** @throws ScenarioFailure in one sentence: no such file, not a scenario, an error while it was read */
export async function loadScenarios(file: string): Promise<readonly Scenario[]> {
  const path = resolve(file);
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new ScenarioFailure(`${file}: there is no such file`);
  }
  if (!/\.[cm]?[jt]s$/.test(path)) {
    throw new ScenarioFailure(`${file}: a scenario is a .ts or .js module`);
  }
  let module: unknown;
  try {
    module = await tsImport(pathToFileURL(path).href, import.meta.url);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const place = error instanceof Error ? placeIn(path, error.stack) : undefined;
    throw new ScenarioFailure(`${file}${place ? `:${place}` : ''}: cannot be loaded: ${text}`);
  }
  const scenarios = defaultExport(module);
  if (isScenarios(scenarios)) return scenarios;
  if (isScenario(scenarios)) return [scenarios];
  throw new ScenarioFailure(
    `${file}: does not export a scenario: its default export must be an object with title (text), cluster (object) and script (function), or an array of them`,
  );
}

/** The default export; twice default where a CommonJS loader stood in between. */
function defaultExport(module: unknown): unknown {
  const once = hasDefault(module) ? module.default : undefined;
  return hasDefault(once) ? once.default : once;
}

function hasDefault(value: unknown): value is { readonly default: unknown } {
  return typeof value === 'object' && value !== null && 'default' in value;
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
