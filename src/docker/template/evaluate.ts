// Executes a parsed template over a value, as Go's text/template does, with its error texts.

import { FunctionFailure, functions, type TemplateFunction } from './functions.ts';
import {
  type Body,
  type Call,
  describe,
  describeCall,
  type Operand,
  type Pipe,
  type Statement,
} from './node.ts';
import { type Template, TemplateError } from './parse.ts';
import { printValue } from './print.ts';
import { findField, indirect, itemsOf, methodOf } from './reflect.ts';
import {
  bool,
  float,
  type GoMethod,
  type GoValue,
  integer,
  invalid,
  isTrue,
  string,
  typeOf,
} from './value.ts';

/** Templates cannot include one another deeper than this. */
const deepest = 1000;

type TemplateCall = Extract<Statement, { readonly kind: 'template' }>;

type Ending = 'break' | 'continue' | undefined;

interface Variable {
  readonly name: string;
  value: GoValue;
}

export interface Options {
  /** Functions beside, or instead of, the built-in ones. */
  readonly functions?: ReadonlyMap<string, TemplateFunction>;
  /** A missing key of a map is an error. */
  readonly strict?: boolean;
}

/** What the template makes of a value. @throws TemplateError */
export function execute(
  template: Template,
  data: GoValue,
  { functions: own, strict = false }: Options = {},
): string {
  const known = own === undefined ? functions : new Map([...functions, ...own]);
  let printed = '';
  let templateName = template.name;
  let depth = 0;
  let variables: Variable[] = [{ name: '$', value: data }];
  /** Where execution is, for errors. */
  let place: { readonly at: number; readonly shown: string } = { at: 0, shown: '' };

  const fail = (message: string): TemplateError => {
    const before = template.text.slice(0, place.at);
    const line = before.split('\n').length;
    const column = before.length - (before.lastIndexOf('\n') + 1);
    const executing = JSON.stringify(templateName);
    const where = `template: ${template.name}:${line}:${column}: executing ${executing} at <${place.shown}>`;
    return new TemplateError(`${where}: ${message}`, printed);
  };
  const at = (operand: Operand): void => {
    place = { at: operand.at, shown: describe(operand) };
  };

  const walk = (dot: GoValue, body: Body): Ending => {
    for (const statement of body) {
      const ending = step(dot, statement);
      if (ending !== undefined) return ending;
    }
    return undefined;
  };

  const step = (dot: GoValue, statement: Statement): Ending => {
    switch (statement.kind) {
      case 'text':
        printed += statement.text;
        return undefined;
      case 'action': {
        const value = evaluatePipe(dot, statement.pipe);
        if (statement.pipe.declared.length === 0) printed += printValue(value);
        return undefined;
      }
      case 'if':
      case 'with': {
        const held = variables.length;
        const value = evaluatePipe(dot, statement.pipe);
        const inner = statement.kind === 'with' ? value : dot;
        const ending = isTrue(value) ? walk(inner, statement.body) : walk(dot, statement.otherwise ?? []);
        variables = variables.slice(0, held);
        return ending;
      }
      case 'range':
        return walkRange(dot, statement.pipe, statement.body, statement.otherwise);
      case 'template':
        callTemplate(dot, statement);
        return undefined;
      case 'break':
      case 'continue':
        return statement.kind;
    }
  };

  const walkRange = (dot: GoValue, pipe: Pipe, body: Body, otherwise: Body | undefined): Ending => {
    const held = variables.length;
    const over = indirect(evaluatePipe(dot, pipe));
    const inner = variables.length;
    const items = itemsOf(over);
    if (over.kind === 'integer' && pipe.declared.length > 1) {
      throw fail(`can't use ${over.value} to iterate over more than one variable`);
    }
    if (items === undefined) {
      throw fail(`range can't iterate over ${printValue(over)}`);
    }
    let ending: Ending;
    for (const [key, value] of items) {
      const [first, second] = pipe.declared;
      if (first !== undefined) assign(first, second === undefined ? value : key, pipe.assigns, held);
      if (second !== undefined) assign(second, value, pipe.assigns, held);
      ending = walk(value, body);
      variables = variables.slice(0, inner);
      if (ending === 'break') break;
    }
    if (items.length === 0 && otherwise !== undefined) ending = walk(dot, otherwise);
    variables = variables.slice(0, held);
    return items.length === 0 ? ending : undefined;
  };

  /** Sets the variable that the pipe of a range declared after `held` others, or one that was there before. */
  const assign = (name: string, value: GoValue, assigns: boolean, held: number): void => {
    const own = assigns ? variables : variables.slice(held);
    const variable = own.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = value;
  };

  const callTemplate = (dot: GoValue, call: TemplateCall): void => {
    const { name, pipe } = call;
    const body = template.named.get(name);
    const argument = pipe === undefined ? '' : ` ${describe(pipe)}`;
    place = { at: call.at, shown: `{{template ${JSON.stringify(name)}${argument}}}` };
    if (body === undefined) throw fail(`template ${JSON.stringify(name)} not defined`);
    if (depth === deepest) throw fail(`exceeded maximum template depth (${deepest})`);
    const outer = { variables, templateName };
    const value = pipe === undefined ? invalid : evaluatePipe(dot, pipe);
    variables = [{ name: '$', value }];
    templateName = name;
    depth++;
    walk(value, body);
    depth--;
    ({ variables, templateName } = outer);
  };

  const evaluatePipe = (dot: GoValue, pipe: Pipe): GoValue => {
    at(pipe);
    let value: GoValue | undefined;
    for (const command of pipe.commands) value = evaluateCall(dot, command, value);
    const result = value === undefined || value.kind === 'interface' ? invalid : value;
    for (const name of pipe.declared) {
      if (!pipe.assigns) variables.push({ name, value: result });
      else {
        const variable = variables.findLast((candidate) => candidate.name === name);
        if (variable === undefined) throw fail(`undefined variable: ${name}`);
        variable.value = result;
      }
    }
    return result;
  };

  /** @param final the value piped into the command */
  const evaluateCall = (dot: GoValue, command: Call, final: GoValue | undefined): GoValue => {
    const { words } = command;
    const [first, ...args] = words;
    if (first === undefined) return invalid;
    switch (first.kind) {
      case 'field':
        return evaluateFields(dot, dot, first, first.names, args, final);
      case 'chain': {
        const base = evaluateOperand(dot, first.base);
        return evaluateFields(dot, base, first, first.names, args, final);
      }
      case 'variable':
        return evaluateFields(dot, lookup(first.name), first, first.names, args, final);
      case 'function':
        at(first);
        return callFunction(dot, first.name, command, final);
      default:
        if (first.kind !== 'pipe') at(first);
        if (args.length > 0 || final !== undefined) {
          throw fail(`can't give argument to non-function ${describe(first)}`);
        }
        if (first.kind === 'nil') throw fail('nil is not a command');
        return evaluateOperand(dot, first);
    }
  };

  const lookup = (name: string): GoValue => {
    const variable = variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) throw fail(`undefined variable: ${name}`);
    return variable.value;
  };

  const evaluateOperand = (dot: GoValue, operand: Operand): GoValue => {
    switch (operand.kind) {
      case 'pipe':
        return evaluatePipe(dot, operand);
      case 'dot':
        return dot;
      case 'nil':
        return invalid;
      case 'bool':
        return bool(operand.on);
      case 'string':
        return string(operand.text);
      case 'number':
        return operand.float ? float(operand.value) : integer(operand.value);
      default:
        return evaluateCall(dot, { at: operand.at, words: [operand] }, undefined);
    }
  };

  const evaluateFields = (
    dot: GoValue,
    base: GoValue,
    operand: Operand,
    names: readonly string[],
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue => {
    at(operand);
    const last = names.length - 1;
    let value = base;
    let container: GoValue | undefined;
    for (const [index, name] of names.entries()) {
      place = { at: operand.at, shown: describe(operand) };
      const outer = index === 0 ? undefined : container;
      container = indirect(value);
      // What a map of anything holds has the type of anything.
      const held = outer?.kind === 'map' && outer.type.endsWith(']interface {}');
      value =
        index === last
          ? evaluateField(dot, value, name, args, final, held)
          : evaluateField(dot, value, name, [], undefined, held);
    }
    if (names.length === 0 && (args.length > 0 || final !== undefined)) {
      throw fail(`can't give argument to non-function ${describe(operand)}`);
    }
    return value;
  };

  const evaluateField = (
    dot: GoValue,
    receiver: GoValue,
    name: string,
    args: readonly Operand[],
    final: GoValue | undefined,
    held: boolean,
  ): GoValue => {
    const hasArguments = args.length > 0 || final !== undefined;
    if (receiver.kind === 'invalid') {
      if (strict) throw fail(`nil data; no entry for key ${JSON.stringify(name)}`);
      return invalid;
    }
    const type = held ? 'interface {}' : typeOf(receiver);
    if (receiver.kind === 'interface') throw fail(`nil pointer evaluating ${type}.${name}`);
    const target = indirect(receiver);
    if (target.kind === 'struct' || target.kind === 'map' || target.kind === 'time') {
      const method = methodOf(target, name);
      if (method !== undefined) return callMethod(dot, name, method, args, final);
    }
    if (target.kind === 'struct') {
      const field = findField(target, name);
      if (field === undefined) throw fail(`can't evaluate field ${name} in type ${type}`);
      if (hasArguments) throw fail(`${name} has arguments but cannot be invoked as function`);
      return field.value;
    }
    if (target.kind === 'map') {
      if (hasArguments) throw fail(`${name} is not a method but has arguments`);
      const entry = target.entries?.get(name);
      if (entry === undefined && strict) throw fail(`map has no entry for key ${JSON.stringify(name)}`);
      return entry ?? invalid;
    }
    if (target.kind === 'pointer') throw fail(`nil pointer evaluating ${type}.${name}`);
    throw fail(`can't evaluate field ${name} in type ${type}`);
  };

  const callMethod = (
    dot: GoValue,
    name: string,
    { parameters, call }: GoMethod,
    words: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue => {
    const count = words.length + (final === undefined ? 0 : 1);
    if (count !== parameters.length) {
      throw fail(`wrong number of args for ${name}: want ${parameters.length} got ${count}`);
    }
    const args = words.map((word, index) => evaluateArgument(dot, word, parameters[index] ?? 'any'));
    return call(final === undefined ? args : [...args, checkType(final, parameters.at(-1) ?? 'any')]);
  };

  const callFunction = (dot: GoValue, name: string, call: Call, final: GoValue | undefined): GoValue => {
    const words = call.words.slice(1);
    const own = known.get(name);
    if (own === undefined) throw fail(`${JSON.stringify(name)} is not a defined function`);
    const { parameters, variadic } = own;
    const count = words.length + (final === undefined ? 0 : 1);
    const fixed = parameters.length - (variadic ? 1 : 0);
    if (variadic ? count < fixed : count !== fixed) {
      const want = variadic ? `at least ${fixed}` : String(fixed);
      throw fail(`wrong number of args for ${name}: want ${want} got ${count}`);
    }
    const typeAt = (index: number): string => parameters[Math.min(index, parameters.length - 1)] ?? 'any';
    if (name === 'and' || name === 'or') {
      // They stop at the first operand that decides.
      let value: GoValue = invalid;
      for (const word of words) {
        value = evaluateArgument(dot, word, 'any');
        if (isTrue(value) === (name === 'or')) return value;
      }
      return final ?? value;
    }
    const args = words.map((word, index) => evaluateArgument(dot, word, typeAt(index)));
    const all = final === undefined ? args : [...args, checkType(final, typeAt(words.length))];
    try {
      return own.call(all);
    } catch (error) {
      if (!(error instanceof FunctionFailure)) throw error;
      place = { at: call.at, shown: describeCall(call) };
      throw fail(`error calling ${name}: ${error.message}`);
    }
  };

  /** An argument, checked against the type of its parameter; `any` takes all. */
  const evaluateArgument = (dot: GoValue, word: Operand, type: string): GoValue => {
    at(word);
    if (word.kind === 'nil' && type !== 'any') throw fail(`cannot assign nil to ${type}`);
    const constant = { string: 'string', number: 'number', bool: 'bool' }[String(word.kind)];
    if (constant !== undefined && type !== 'any') {
      const wanted = type === 'int' ? 'number' : type;
      if (wanted !== constant) {
        const found = word.kind === 'string' ? JSON.stringify(word.text) : describe(word);
        if (type === '[]string') throw fail(`can't handle ${describe(word)} for arg of type ${type}`);
        throw fail(`expected ${type === 'int' ? 'integer' : type}; found ${found}`);
      }
    }
    return checkType(evaluateOperand(dot, word), type);
  };

  const checkType = (value: GoValue, type: string): GoValue => {
    if (type === 'any') return value;
    if (value.kind === 'invalid' || value.kind === 'interface') throw fail(`invalid value; expected ${type}`);
    const target = indirect(value);
    const fits =
      (type === 'string' && target.kind === 'string' && target.type === 'string') ||
      (type === 'int' && target.kind === 'integer') ||
      (type === 'bool' && target.kind === 'bool') ||
      (type === '[]string' && target.kind === 'slice' && target.type === '[]string');
    if (!fits) throw fail(`wrong type for value; expected ${type}; got ${typeOf(value)}`);
    return target;
  };

  walk(data, template.body);
  return printed;
}
