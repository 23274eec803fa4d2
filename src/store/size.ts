// How many bytes a record would take in SwarmKit's encoding (protobuf): what its batches and its limit count (R-R8, R-R202).
// An estimate: every field has a one-byte tag, numbers are varints, zero values and empty texts and lists cost nothing.

import type { Endpoint, Kind, Records, Task } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';

/** The estimated bytes of a stored record. */
export const estimateSize: { readonly [K in Kind]: (record: Records[K]) => number } = {
  cluster: sizeOfRecord,
  config: sizeOfRecord,
  network: sizeOfRecord,
  node: sizeOfRecord,
  secret: sizeOfRecord,
  service: sizeOfRecord,
  task: sizeOfTask,
  volume: sizeOfRecord,
};

/** Specs make up most of a record. They stay the same objects, frozen, while the rest moves on. */
const specSizes = new WeakMap<object, number>();

function sizeOfRecord<R extends object>(record: R): number {
  let size = 0;
  for (const key in record) {
    const content: unknown = record[key];
    if (typeof content === 'object' && content !== null && key === 'spec') size += sizeOfSpec(content);
    else size += sizeOfField(content);
  }
  return size;
}

function sizeOfSpec(spec: object): number {
  const known = specSizes.get(spec);
  if (known !== undefined) return known;
  const size = sizeOfField(spec);
  specSizes.set(spec, size);
  return size;
}

/** A part of a record as it was met last, and what it came to. Frozen, so it comes to the same again. */
interface Part {
  content: object | string | undefined;
  size: number;
}

function noPart(): Part {
  return { content: undefined, size: 0 };
}

/** Tasks that are written together share many of their parts. Nothing depends on what is remembered here but the time it takes. */
const shared = {
  meta: noPart(),
  name: noPart(),
  labels: noPart(),
  serviceName: noPart(),
  serviceLabels: noPart(),
  status: noPart(),
  endpointSpec: noPart(),
};

/** By name, as tasks are copied (complete.ts). */
function sizeOfTask(task: Task): number {
  return (
    sizeOfId(task.id) +
    sizeOfPart(shared.meta, task.meta) +
    sizeOfBlock(
      sizeOfPart(shared.name, task.annotations.name) + sizeOfPart(shared.labels, task.annotations.labels),
    ) +
    sizeOfBlock(
      sizeOfPart(shared.serviceName, task.serviceAnnotations.name) +
        sizeOfPart(shared.serviceLabels, task.serviceAnnotations.labels),
    ) +
    sizeOfId(task.serviceId) +
    sizeOfNumber(task.slot) +
    sizeOfId(task.nodeId) +
    sizeOfSpec(task.spec) +
    (task.specVersion === undefined ? 0 : sizeOfNumber(task.specVersion)) +
    sizeOfNumber(task.desiredState) +
    sizeOfPart(shared.status, task.status) +
    (task.endpoint === undefined ? 0 : sizeOfEndpoint(task.endpoint)) +
    sizeOfList(task.networks) +
    sizeOfList(task.assignedGenericResources) +
    (task.volumes === undefined ? 0 : sizeOfList(task.volumes)) +
    (task.jobIteration === undefined ? 0 : sizeOfNumber(task.jobIteration)) +
    (task.logDriver === undefined ? 0 : sizeOfMessage(task.logDriver))
  );
}

function sizeOfPart(part: Part, content: object | string): number {
  if (part.content !== content) {
    part.content = content;
    part.size = sizeOfField(content);
  }
  return part.size;
}

/** An ID is of ASCII characters. */
function sizeOfId(id: string): number {
  return id === '' ? 0 : sizeOfBlock(id.length);
}

function sizeOfEndpoint({ spec, ports, virtualIps }: Endpoint): number {
  return sizeOfBlock(sizeOfPart(shared.endpointSpec, spec) + sizeOfList(ports) + sizeOfList(virtualIps));
}

function sizeOfList(list: readonly object[]): number {
  return list.length === 0 ? 0 : sizeOfBlock(sizeOfFields(list));
}

function sizeOfFields<Data extends object>(value: Data): number {
  let size = 0;
  // An element of a list and a field of a message cost the same: a tag and the value.
  if (Array.isArray(value)) for (const element of value) size += sizeOfField(element);
  else for (const key in value) size += sizeOfField(value[key]);
  return size;
}

function sizeOfField(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return sizeOfText(value);
    case 'number':
      return sizeOfNumber(value);
    case 'boolean':
      return value ? 2 : 0;
    case 'undefined':
      return 0;
    case 'object':
      return value === null || isEmptyList(value) ? 0 : sizeOfMessage(value);
    default:
      assert(false, 'a record is plain data');
      return 0;
  }
}

function isEmptyList(value: object): boolean {
  return Array.isArray(value) && value.length === 0;
}

function sizeOfMessage(value: object): number {
  return sizeOfBlock(sizeOfFields(value));
}

/** Tag, length and content. */
function sizeOfBlock(length: number): number {
  return 1 + sizeOfVarint(length) + length;
}

function sizeOfNumber(value: number): number {
  if (value === 0) return 0;
  return 1 + (Number.isSafeInteger(value) && value > 0 ? sizeOfVarint(value) : 10);
}

/** Seven bits to a byte. */
function sizeOfVarint(value: number): number {
  if (value < 128) return 1;
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function sizeOfText(text: string): number {
  return text === '' ? 0 : sizeOfBlock(bytesOf(text));
}

/** Bytes of UTF-8. */
function bytesOf(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of a four-byte character.
    if (unit >= 0x80) size += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return size;
}
