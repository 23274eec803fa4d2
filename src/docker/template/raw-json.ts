// JSON as Go decodes it when it knows no type: numbers keep the digits they were written with.

import { tokensOf } from '../indent.ts';
import { bool, type GoValue, map, slice, string } from './value.ts';

/** @param json valid JSON */
export function readRawJson(json: string): GoValue {
  const tokens = [...tokensOf(json)];
  const read = (): GoValue => {
    const token = tokens.shift() ?? 'null';
    if (token === '{') return map('map[string]interface {}', new Map(readMembers()));
    if (token === '[') return slice('[]interface {}', readItems());
    if (token.startsWith('"')) return string(JSON.parse(token));
    if (token === 'true' || token === 'false') return bool(token === 'true');
    if (token === 'null') return { kind: 'interface', type: 'interface {}' };
    return string(token, 'json.Number');
  };
  const readMembers = (): (readonly [string, GoValue])[] => {
    const members: (readonly [string, GoValue])[] = [];
    for (let token = tokens.shift(); token !== '}' && token !== undefined; token = tokens.shift()) {
      if (token === ',') continue;
      tokens.shift();
      members.push([JSON.parse(token), read()]);
    }
    return members;
  };
  const readItems = (): GoValue[] => {
    const items: GoValue[] = [];
    while (tokens[0] !== ']' && tokens.length > 0) {
      if (tokens[0] === ',') tokens.shift();
      items.push(read());
    }
    tokens.shift();
    return items;
  };
  return read();
}
