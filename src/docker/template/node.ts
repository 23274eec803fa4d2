// The parts of a parsed template.

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly at: number;
      readonly pipe: Pipe;
      readonly body: Body;
      readonly otherwise: Body | undefined;
    }
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue'; readonly at: number };

export type Body = readonly Statement[];

export interface Pipe {
  readonly kind: 'pipe';
  readonly at: number;
  readonly declared: readonly string[];
  /** `=` rather than `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly Call[];
}

/** The words between two `|`. */
export interface Call {
  readonly at: number;
  readonly words: readonly Operand[];
}

export type Operand =
  | Pipe
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly on: boolean }
  | { readonly kind: 'string'; readonly at: number; readonly quoted: string; readonly text: string }
  | {
      readonly kind: 'number';
      readonly at: number;
      readonly written: string;
      readonly value: number;
      readonly float: boolean;
    }
  | { readonly kind: 'function'; readonly at: number; readonly name: string }
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | {
      readonly kind: 'variable';
      readonly at: number;
      readonly name: string;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'chain';
      readonly at: number;
      readonly base: Operand;
      readonly names: readonly string[];
    };

/** An operand as errors show it. */
export function describe(operand: Operand): string {
  switch (operand.kind) {
    case 'pipe':
      return describePipe(operand);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(operand.on);
    case 'string':
      return operand.quoted;
    case 'number':
      return operand.written;
    case 'function':
      return operand.name;
    case 'field':
      return operand.names.map((name) => `.${name}`).join('');
    case 'variable':
      return [operand.name, ...operand.names].join('.');
    case 'chain': {
      const base = operand.base.kind === 'pipe' ? `(${describe(operand.base)})` : describe(operand.base);
      return `${base}${operand.names.map((name) => `.${name}`).join('')}`;
    }
  }
}

export function describeCall({ words }: Call): string {
  return words.map((word) => (word.kind === 'pipe' ? `(${describe(word)})` : describe(word))).join(' ');
}

function describePipe({ declared, assigns, commands }: Pipe): string {
  const head = declared.length === 0 ? '' : `${declared.join(', ')} ${assigns ? '=' : ':='} `;
  return head + commands.map(describeCall).join(' | ');
}
