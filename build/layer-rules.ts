/**
 * Which folder may import which (docs/architecture.md, "Layers"). Folders are environments: a file knows
 * from its folder what it may touch. Every rule's comment is its reason; build/layers.test.ts plants a
 * violation of each and sees it found.
 */
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

const TESTS = '\\.(?:test|fixture)\\.tsx?$|/test-';
const PORTAL = '^relay-server/portal/';
const RENDERER = '^renderer/';
const PRODUCT = '^(protocol|runtime|native|agent|relay-server|electron|renderer)/';
const TOOLS = '^(lab|bench|build)/';

export const LAYER_RULES: readonly IForbiddenRuleType[] = [
  {
    name: 'protocol-knows-no-part',
    comment: 'protocol/ is what the parts say to each other; if it knew one of them, all the others would too.',
    severity: 'error',
    from: { path: '^protocol/' },
    to: { path: '^(runtime|native|agent|relay-server|electron|renderer|lab|bench|build)/' },
  },
  {
    name: 'protocol-runs-anywhere',
    comment: 'The portal and the desktop window use protocol/ in a browser, where there are no Node modules.',
    severity: 'error',
    from: { path: '^protocol/', pathNot: TESTS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'protocol-uses-three-packages',
    comment: 'Every machine trusts this code with its keys: schemas, signatures and hashes, and nothing else.',
    severity: 'error',
    from: { path: '^protocol/', pathNot: TESTS },
    to: { path: 'node_modules/', pathNot: 'node_modules/(?:zod|jose|@noble/hashes)/' },
  },
  {
    name: 'runtime-knows-only-the-protocol',
    comment: 'What agent and server both need of Node itself; if it knew one of them, the other would too.',
    severity: 'error',
    from: { path: '^runtime/' },
    to: { path: '^(native|agent|relay-server|electron|renderer)/' },
  },
  {
    name: 'native-knows-only-the-protocol',
    comment: 'An adapter carries packets for anybody; it must not know peers, keys or policy.',
    severity: 'error',
    from: { path: '^native/' },
    to: { path: '^(runtime|agent|relay-server|electron|renderer)/' },
  },
  {
    name: 'agent-knows-no-server',
    comment: 'Agent and server are released apart and meet only in protocol/.',
    severity: 'error',
    from: { path: '^agent/' },
    to: { path: '^relay-server/' },
  },
  {
    name: 'connection-knows-only-the-way',
    comment:
      'Control and relay are opened, watched and brought back alike, so what is spoken on either stays out of it.',
    severity: 'error',
    from: { path: '^agent/connection/' },
    to: { path: '^agent/(?!connection/|proxy/)' },
  },
  {
    name: 'agent-knows-no-desktop',
    comment: 'The agent runs on servers and in roles, where there is no screen and no Electron.',
    severity: 'error',
    from: { path: '^(agent|relay-server)/' },
    to: { path: '^(electron|renderer)/|node_modules/electron/' },
  },
  {
    name: 'desktop-knows-no-server',
    comment: 'The desktop application is released with the agent, and meets the server only through it.',
    severity: 'error',
    from: { path: '^(electron|renderer)/' },
    to: { path: '^relay-server/' },
  },
  {
    name: 'preload-imports-only-the-bridge',
    comment: 'The preload script stands between the page and the system: what it loads, a page could misuse.',
    severity: 'error',
    from: { path: '^electron/preload/', pathNot: TESTS },
    to: { pathNot: '^electron/ipc/bridge\\.ts$|node_modules/electron/' },
  },
  {
    name: 'ipc-knows-no-electron',
    comment: 'The schema of the calls is shared by main, window and the tests’ double, of which only one has Electron.',
    severity: 'error',
    from: { path: '^electron/(?:ipc|words)/', pathNot: TESTS },
    to: { pathNot: '^(protocol|electron/(?:ipc|words))/|node_modules/zod/' },
  },
  {
    name: 'renderer-knows-the-ipc-and-the-protocol',
    comment: 'The window runs in a sandbox: whatever it wants of the system it asks main for.',
    severity: 'error',
    from: { path: RENDERER, pathNot: TESTS },
    to: { path: '^(runtime|native|agent|relay-server|electron/(?!ipc/|words/))|node_modules/electron/' },
  },
  {
    name: 'renderer-runs-in-a-browser',
    comment: 'There are no Node modules in the window.',
    severity: 'error',
    from: { path: RENDERER, pathNot: TESTS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'server-knows-no-agent',
    comment: 'The server must run where no adapter exists, and must hold no code that opens a tunnel.',
    severity: 'error',
    from: { path: '^relay-server/' },
    to: { path: '^(native|agent)/' },
  },
  {
    name: 'relay-is-given-no-key',
    comment:
      'The relay is never given a key. It reaches, over any number of imports, neither the store and the control plane, which hold the signing key, nor the agent, which holds tunnel keys.',
    severity: 'error',
    from: { path: '^relay-server/relay/', pathNot: TESTS },
    to: { path: '^(relay-server/(control|store|api)|agent|native)/', reachable: true },
  },
  {
    name: 'tunnel-does-no-io',
    comment:
      'The tunnel is a state machine of bytes and time, so that two machines and a relay run in memory on a fake clock.',
    severity: 'error',
    from: { path: '^agent/tunnel/', pathNot: [TESTS, '^agent/tunnel/vectors\\.ts$'] },
    to: {
      path: '^(?:node:)?(?:net|tls|https?|dgram|dns|fs|child_process|timers|worker_threads)(?:/promises)?$|node_modules/(?:ws|koffi|fastify)/',
    },
  },
  {
    name: 'portal-knows-only-the-protocol',
    comment: 'The portal runs in a browser and knows of the server what the REST API says, like any other client.',
    severity: 'error',
    from: { path: PORTAL },
    to: { path: '^(runtime|native|agent|relay-server/(?!portal/))' },
  },
  {
    name: 'portal-runs-in-a-browser',
    comment: 'There are no Node modules in a browser.',
    severity: 'error',
    from: { path: PORTAL, pathNot: TESTS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'portal-loads-no-schemas',
    comment:
      'The server has checked what it sends; zod and the schemas would be a fifth of the first download. What signs for the lock does not believe the server, and is loaded by itself.',
    severity: 'error',
    from: { path: PORTAL, pathNot: [TESTS, '/portal/pages/lock/(?:signing-hand|without-eval)\\.ts$'] },
    to: { path: '^protocol/rest|node_modules/zod/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'portal-is-imported-by-nobody',
    comment: 'The server sends the portal as files; code for a browser that it loaded would fail there.',
    severity: 'error',
    from: { pathNot: PORTAL },
    to: { path: PORTAL },
  },
  {
    name: 'product-uses-no-tools',
    comment: 'The lab, the benchmarks and the build look at the product; it must not know that it is looked at.',
    severity: 'error',
    from: { path: PRODUCT },
    to: { path: TOOLS },
  },
  {
    name: 'simulation-opens-nothing',
    comment:
      'One seed is one run: a socket, a process or a thread would end in whatever order the computer likes. The files of the databases are the only thing outside.',
    severity: 'error',
    from: { path: '^lab/simulation/', pathNot: TESTS },
    to: {
      path: '^(?:node:)?(?:net|tls|https?|dgram|dns|child_process|timers|worker_threads)(?:/promises)?$|^lab/(?:hosts|scenarios)/',
    },
  },
  {
    name: 'koffi-only-in-native',
    comment: 'Calls into the operating system that can crash the process stay behind one interface.',
    severity: 'error',
    from: { path: PRODUCT, pathNot: '^native/' },
    to: { path: 'node_modules/koffi/' },
  },
  {
    name: 'product-needs-no-dev-package',
    comment: 'What is installed with `npm ci --omit=dev` must run; portal and desktop application are built before.',
    severity: 'error',
    from: { path: PRODUCT, pathNot: [TESTS, 'compliance', PORTAL, RENDERER, '^electron/'] },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'product-uses-no-fixture',
    comment: 'A fixture trusts whoever calls it and keeps its keys in the open: nobody is to run it in earnest.',
    severity: 'error',
    from: { path: PRODUCT, pathNot: TESTS },
    to: { path: '\\.fixture\\.tsx?$' },
  },
  {
    name: 'no-import-of-a-test',
    comment: 'A test is read to understand the file beside it; what two tests share is a file of its own.',
    severity: 'error',
    from: {},
    to: { path: '\\.test\\.tsx?$' },
  },
  {
    name: 'no-barrel',
    comment: 'A barrel hides where a thing is, and loads everything to get one.',
    severity: 'error',
    from: {},
    to: { path: '(?:^|/)index\\.tsx?$', pathNot: 'node_modules' },
  },
  {
    name: 'no-circle',
    comment:
      'Files that need each other to start are one file, or the part that both need is a third. Types alone may go round.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-dead-end',
    comment: 'An import that does not resolve fails at run time, on the first machine that gets there.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

export const CRUISE_OPTIONS: ICruiseOptions = {
  parser: 'tsc',
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '(?:^|/)(?:dist|coverage)/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    conditionNames: ['node', 'import', 'default'],
    exportsFields: ['exports'],
    extensions: ['.ts', '.tsx', '.js', '.json'],
  },
};
