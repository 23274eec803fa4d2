// Placement constraints: grammar, errors and matching (scheduler reference, section 3).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConstraintError, matches, parseConstraints } from '../../src/model/constraint.ts';
import type { Node } from '../../src/model/objects.ts';
import { makeNode, type NodeFields } from '../manager/fixtures.ts';

const meta = { version: 1, createdAt: 0, updatedAt: 0 };

function node(fields: Partial<NodeFields> = {}): Node {
  return { ...makeNode({ id: 'n1', ...fields }), meta };
}

function withoutDescription(): Node {
  const { description: _, ...rest } = node();
  return rest;
}

function meets(expression: string, on: Node): boolean {
  return matches(parseConstraints([expression]), on);
}

describe('grammar', () => {
  test.each([
    ['node.role=manager', 'constraint expected one operator from ==, !='],
    ['', 'constraint expected one operator from ==, !='],
    ['node.role', 'constraint expected one operator from ==, !='],
    ['a==b', "key 'a' is invalid"],
    ['node.role==', "value '' is invalid"],
    ['node.role== \t', "value '' is invalid"],
    ['node.role!=a==b', "key 'node.role!=a' is invalid"],
    ['node.role===a', "value '=a' is invalid"],
    ['node.labels.t==a,b', "value 'a,b' is invalid"],
    ['node.labels.t==a\vb', "value 'a\vb' is invalid"],
    ['node.labels.t==é', "value 'é' is invalid"],
    ['1node==a', "key '1node' is invalid"],
    ['node labels==a', "key 'node labels' is invalid"],
    ['==', "key '' is invalid"],
  ])('%j is refused: %s (R-C3, S-E65, S-E66)', (expression, message) => {
    expect(() => parseConstraints([expression])).toThrow(new ConstraintError(message));
  });

  test('the first bad expression wins, and in it the key (R-C3)', () => {
    expect(() => parseConstraints(['node.id==a', 'b==,', 'node.id==,'])).toThrow("key 'b' is invalid");
  });

  test('== is looked for first, space around is dropped, other characters are allowed (R-C1, R-C2)', () => {
    expect(parseConstraints(['  node.labels.a-b_c  ==  x:y (z)* \n', '_k != a|b/c'])).toMatchObject([
      { key: 'node.labels.a-b_c', operator: '==', value: 'x:y (z)*' },
      { key: '_k', operator: '!=', value: 'a|b/c' },
    ]);
    expect(() => parseConstraints(['node.id!=a!=b'])).toThrow("value 'a!=b' is invalid");
  });

  test('the two non-ASCII letters that fold to ASCII pass (R-C2)', () => {
    expect(parseConstraints(['node.\u212aey==\u017f'])).toHaveLength(1);
  });

  test('a key that is not known is no error (R-C3)', () => {
    expect(parseConstraints(['node.foo==a'])).toHaveLength(1);
  });
});

describe('matching', () => {
  const labelled = node({
    hostname: 'Web1',
    role: 'manager',
    labels: [['Zone', 'East']],
    engineLabels: [['kernel', '5.10']],
    addr: '10.1.2.3',
  });

  test.each([
    ['node.id==N1', true],
    ['node.hostname==web1', true],
    ['node.hostname!=web1', false],
    ['NODE.ROLE == Manager', true],
    ['node.role==worker', false],
    ['node.platform.os==Linux', true],
    ['node.platform.arch==x86_64', true],
    ['node.platform.arch==amd64', false],
    ['node.labels.zone==east', false],
    ['node.labels.Zone==EAST', true],
    ['Node.Labels.Zone==EAST', true],
    ['node.labels.zone!=east', true],
    ['engine.labels.kernel==5.10', true],
    ['engine.labels.kernel!=5.10', false],
    ['node.hostname==w*', false],
    ['node.foo==x', false],
    ['node.foo!=x', false],
    ['node.labels.==x', false],
    ['node.labels.!=x', false],
    ['node.ip==10.1.2.3', true],
    ['node.ip==::ffff:10.1.2.3', true],
    ['node.ip!=10.1.2.3', false],
    ['node.ip==10.1.2.99/24', true],
    ['node.ip!=10.1.2.99/24', false],
    ['node.ip==10.1.3.0/24', false],
    ['node.ip==0.0.0.0/0', true],
    ['node.ip==::/0', false],
    ['node.ip!=999.1.1.1', false],
    ['node.ip!=10.1.2.3/33', false],
    ['node.ip==010.1.2.3', false],
    ['node.ip!=010.1.2.3', false],
    ['node.ip!=10.1.2.3:2377', false],
  ])('%s: %j (S-E67 to S-E69, R-O119)', (expression, expected) => {
    expect(meets(expression, labelled)).toBe(expected);
  });

  test('IPv6 addresses and subnets (R-C6)', () => {
    const six = node({ addr: '2001:db8::2' });
    expect(meets('node.ip==2001:DB8:0:0:0:0:0:2', six)).toBe(true);
    expect(meets('node.ip==2001:db8::/32', six)).toBe(true);
    expect(meets('node.ip==2001:db9::/32', six)).toBe(false);
    expect(meets('node.ip!=10.0.0.0/8', six)).toBe(true);
    expect(meets('node.ip!=2001:db8::2::', six)).toBe(false);
  });

  test('a node without an address: == fails and != passes (R-C6, S-E69)', () => {
    expect(meets('node.ip!=1.2.3.4', node({ addr: '' }))).toBe(true);
    expect(meets('node.ip==1.2.3.4', node({ addr: '' }))).toBe(false);
    expect(meets('node.ip==0.0.0.0/0', node({ addr: '' }))).toBe(false);
  });

  test('what a node does not say is empty: == fails and != passes (R-C4, S-E70)', () => {
    for (const key of ['hostname', 'platform.os', 'platform.arch', 'labels.x']) {
      expect(meets(`node.${key}!=a`, withoutDescription())).toBe(true);
      expect(meets(`node.${key}==a`, withoutDescription())).toBe(false);
    }
  });

  test('a value that is a pattern means itself (S-E70)', () => {
    expect(meets('node.hostname==F*O', node({ hostname: 'f*o' }))).toBe(true);
    expect(meets('node.hostname==f*o', node({ hostname: 'foo' }))).toBe(false);
  });

  test('all must hold (S-E71)', () => {
    const both = parseConstraints(['node.hostname==h1', 'node.hostname==h2']);
    expect(matches(both, node({ hostname: 'h1' }))).toBe(false);
    expect(matches([], node())).toBe(true);
  });

  test('a list that may still change is read anew', () => {
    const expressions = ['node.hostname==h1'];
    expect(matches(parseConstraints(expressions), node({ hostname: 'h1' }))).toBe(true);
    expressions[0] = 'node.hostname==h2';
    expect(matches(parseConstraints(expressions), node({ hostname: 'h1' }))).toBe(false);
    const stored = Object.freeze([...expressions]);
    expect(parseConstraints(stored)).toBe(parseConstraints(stored));
  });

  test('for a known key != is the negation of ==', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9._-]{1,4}$/);
    const key = fc.constantFrom('node.id', 'node.hostname', 'node.role', 'node.labels.a', 'engine.labels.a');
    fc.assert(
      fc.property(key, text, text, (name, value, label) => {
        const on = node({ hostname: label, labels: [['a', label]], engineLabels: [['a', label]] });
        expect(meets(`${name}==${value}`, on)).toBe(!meets(`${name}!=${value}`, on));
      }),
    );
  });
});
