// docker images, docker image ls

import type { ImageSummary } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { humanDuration } from '../../model/duration.ts';
import { ParseFailure } from '../../model/failure.ts';
import { familiarImage, parseImage } from '../../model/image.ts';
import { fetchList } from '../client.ts';
import { atMost, type Command, type Invocation } from '../command.ts';
import { filterFlag, listFormatFlag } from '../common-flags.ts';
import { CommandFailure } from '../failure.ts';
import { addFilter, encodeFilters, readFilters } from '../filters.ts';
import { bool } from '../flag.ts';
import { decimalSize, preciseSize, shortId } from '../human.ts';
import { type Listing, listFormat, printRows } from '../listing.ts';
import { secondsText } from '../moments.ts';

/** docker image ls */
export const imageLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  spellings: 'docker image ls, docker image list, docker images',
  arity: atMost(1),
  flags: [
    {
      name: 'all',
      shorthand: 'a',
      kind: bool,
      usage: 'Show all images (default hides intermediate images)',
    },
    { name: 'digests', kind: bool, usage: 'Show digests' },
    filterFlag,
    listFormatFlag,
    { name: 'no-trunc', kind: bool, usage: "Don't truncate output" },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only show image IDs' },
    {
      name: 'tree',
      kind: bool,
      usage: 'List multi-platform images as a tree (EXPERIMENTAL)',
      version: '1.47',
    },
  ],
  run,
};

export const images: Command = { ...imageLs, name: 'images', aliases: [], section: 'common' };

/** One name of an image. */
interface Row {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly whole: boolean;
  readonly now: number;
}

const none = '<none>';
const unknown = 'N/A';

const listing: Listing<Row> = {
  type: '*formatter.imageContext',
  fields: [
    ['ID', 'IMAGE ID', ({ image, whole }) => (whole ? image.Id : shortId(image.Id))],
    ['Repository', 'REPOSITORY', ({ repository }) => repository],
    ['Tag', 'TAG', ({ tag }) => tag],
    ['Digest', 'DIGEST', ({ digest }) => digest],
    ['CreatedSince', 'CREATED', ({ image, now }) => `${humanDuration(now - image.Created * 1_000_000)} ago`],
    ['CreatedAt', 'CREATED AT', ({ image }) => secondsText(image.Created)],
    ['Size', 'SIZE', ({ image }) => decimalSize(image.Size)],
    [
      'Containers',
      'CONTAINERS',
      ({ image }) => (image.Containers === -1 ? unknown : String(image.Containers)),
    ],
    ['VirtualSize', 'SIZE', ({ image }) => preciseSize(image.Size)],
    [
      'SharedSize',
      'SHARED SIZE',
      ({ image }) => (image.SharedSize === -1 ? unknown : preciseSize(image.SharedSize)),
    ],
    [
      'UniqueSize',
      'UNIQUE SIZE',
      ({ image }) => (image.SharedSize === -1 ? unknown : preciseSize(image.Size - image.SharedSize)),
    ],
  ],
  table: '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}',
  quiet: '{{.ID}}',
  raw: `repository: {{.Repository}}
tag: {{.Tag}}
image_id: {{.ID}}
created_at: {{.CreatedAt}}
virtual_size: {{.Size}}
`,
};

const digestsTable = '{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';

function* run({ args: [reference], flags, client, host }: Invocation): Fiber<number> {
  if (flags.on('tree')) throw new CommandFailure('docker images --tree: the lab has no such view');
  const filters = readFilters(flags.list('filter'));
  if (reference !== undefined) addFilter(filters, 'reference', reference);
  const found = yield* fetchList<ImageSummary>(client, '/images/json', {
    all: flags.on('all') ? '1' : undefined,
    filters: encodeFilters(filters),
  });
  const digests = flags.on('digests');
  const format = listFormat(flags, host, 'imagesFormat');
  const withDigests = digests || /\{\{[^}]*\.Digest/.test(format.text);
  const rest = { whole: flags.on('no-trunc'), now: host.now() };
  const rows = found.flatMap((image) =>
    namesOf(image, digests, withDigests).map((name) => ({ image, ...name, ...rest })),
  );
  host.out(printRows(digests ? { ...listing, table: digestsTable } : listing, format, rows));
  return 0;
}

type Name = Pick<Row, 'repository' | 'tag' | 'digest'>;

/** A row for each tag of an image, then one for each repository that knows it by its digest alone. */
function namesOf({ RepoTags, RepoDigests }: ImageSummary, digests: boolean, withDigests: boolean): Name[] {
  const tags = group(RepoTags, ({ tag }) => tag);
  const known = group(RepoDigests, ({ digest }) => digest);
  const names: Name[] = [];
  for (const [repository, ownTags] of tags) {
    const own = withDigests ? (known.get(repository) ?? []) : [];
    known.delete(repository);
    for (const tag of ownTags) {
      names.push(...(own.length === 0 ? [none] : own).map((digest) => ({ repository, tag, digest })));
    }
  }
  for (const [repository, own] of known) {
    names.push(...(digests ? own : ['']).map((digest) => ({ repository, tag: none, digest })));
  }
  return names.length === 0 ? [{ repository: none, tag: none, digest: none }] : names;
}

/** What references say, by their familiar names. */
function group(
  references: readonly string[],
  part: (image: ReturnType<typeof parseImage>) => string | undefined,
): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const reference of references) {
    const image = readReference(reference);
    const value = image && part(image);
    if (image === undefined || value === undefined) continue;
    const name = familiarImage({ domain: image.domain, path: image.path });
    grouped.set(name, [...(grouped.get(name) ?? []), value]);
  }
  return grouped;
}

function readReference(reference: string): ReturnType<typeof parseImage> | undefined {
  try {
    return parseImage(reference);
  } catch (error) {
    if (error instanceof ParseFailure) return undefined;
    throw error;
  }
}
