/**
 * The image of build/role/Dockerfile, built here without a container engine and without a registry of images: buildah
 * runs the Dockerfile as it is, on first images that are made of Debian's packages. All of it is kept in
 * dist/role-image, where the next one goes on; removing that directory begins anew.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';

const KEPT = join(ROOT, 'dist/role-image');
const DOCKERFILE = join(ROOT, 'build/role/Dockerfile');
const [BASE, NODE, IMAGE] = ['localhost/base:1', 'localhost/node:1', 'localhost/causeway-role:1'];
const STORE = ['--root', join(KEPT, 'store'), '--runroot', join(KEPT, 'run'), '--storage-driver', 'vfs'];
/** As Debian and npm keep them; a build asks its registries as this computer does. */
const SETTINGS = [
  ['/usr/etc/npmrc', '/usr/local/etc/npmrc'],
  ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt'],
] as const;
const NODE_DOCKERFILE = `FROM ${BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends libatomic1
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && npm --version
`;

/** @returns why there is none, as a sentence, or null */
export function buildImage(): string | null {
  if (process.getuid?.() !== 0) return 'An image is built by root here.';
  mkdirSync(KEPT, { recursive: true });
  return firstImages() ?? roleImage();
}

/** @returns the directory of a container's root, a copy of the image that is the caller's to change */
export function containerRoot(): string {
  // Those of earlier times: each is a whole copy.
  buildah('rm', '--all');
  const made = buildah('from', '--pull-never', IMAGE);
  if (made.status !== 0) throw new Error(`no container could be made of the image: ${made.stderr}`);
  const mounted = buildah('mount', made.stdout.trim());
  if (mounted.status !== 0) throw new Error(`the container has no root: ${mounted.stderr}`);
  return mounted.stdout.trim();
}

/** How a container of it starts, and how its health is asked for. */
export function imageConfiguration(): { entrypoint: string[]; environment: string[]; healthCheck: string[] } {
  const { stdout } = buildah('inspect', '--type', 'image', IMAGE);
  const { Docker } = JSON.parse(stdout);
  const { Entrypoint, Env } = Docker.config;
  // The OCI's format of images has no place for it.
  const [, check = '[]'] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  return { entrypoint: Entrypoint, environment: Env, healthCheck: JSON.parse(check) };
}

function firstImages(): string | null {
  const archive = join(KEPT, 'base.tar');
  if (!existsSync(archive)) {
    const sources = '/etc/apt/sources.list.d/debian.sources';
    const options = ['--variant=apt', '--include=ca-certificates', '--mode=root', 'bookworm', `${archive}.new`];
    const made = run('mmdebstrap', [...options, ...(existsSync(sources) ? [sources] : [])]);
    if (made.status !== 0) return `No Debian could be made: ${last(made.stderr)}`;
    copyFileSync(`${archive}.new`, archive);
    rmSync(`${archive}.new`);
  }
  const context = join(KEPT, 'first');
  mkdirSync(context, { recursive: true });
  if (!has(BASE)) {
    copyFileSync(archive, join(context, 'base.tar'));
    const why = build(BASE, 'FROM scratch\nADD base.tar /\n', context, []);
    if (why !== null) return why;
  }
  if (has(NODE)) return null;
  const npm = '/usr/lib/node_modules/npm';
  if (!existsSync(npm)) return `npm is not in ${npm}.`;
  copyFileSync(realpathSync(process.execPath), join(context, 'node'));
  cpSync(npm, join(context, 'npm'), { recursive: true });
  return build(NODE, NODE_DOCKERFILE, context, []);
}

function roleImage(): string | null {
  if (has(IMAGE)) return null;
  const context = join(KEPT, 'context');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  const copied = run('sh', ['-c', 'git ls-files -z | xargs -0 cp --parents -t "$1"', 'sh', context]);
  if (copied.status !== 0) return `The sources could not be copied: ${last(copied.stderr)}`;
  const volumes = SETTINGS.filter(([from]) => existsSync(from)).flatMap((pair) => ['--volume', `${pair.join(':')}:ro`]);
  const images = ['--build-arg', `NODE_IMAGE=${NODE}`, '--build-arg', `BASE_IMAGE=${BASE}`];
  return build(IMAGE, null, context, [...volumes, ...images]);
}

function build(tag: string, dockerfile: string | null, context: string, options: readonly string[]): string | null {
  const file = dockerfile === null ? DOCKERFILE : join(context, 'Dockerfile');
  if (dockerfile !== null) writeFileSync(file, dockerfile);
  const words = [
    '--isolation',
    'chroot',
    '--layers',
    '--pull-never',
    '--format',
    'docker',
    '--file',
    file,
    '--tag',
    tag,
  ];
  const { status, stderr, stdout } = buildah('bud', ...words, ...options, context);
  return status === 0 ? null : `${tag} could not be built: ${last(stderr || stdout)}`;
}

function has(tag: string): boolean {
  return buildah('images', '--quiet', tag).stdout.trim() !== '';
}

function buildah(command: string, ...words: string[]) {
  return run('buildah', [...STORE, command, ...words]);
}

function run(command: string, words: readonly string[]) {
  return spawnSync(command, words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 27 });
}

function last(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
