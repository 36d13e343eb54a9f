/**
 * Ends with a sentence for people where the Node that npm found can not run Causeway. Runs before the
 * scripts that a newcomer types first, and is plain JavaScript so that an old Node can read it.
 */
const MINIMUM = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  console.error(
    `This is Node ${process.versions.node}; Causeway needs ${MINIMUM.join('.')} or later, the first to run TypeScript as it is.\n` +
      'On Linux (x64, arm64) `npm ci` installs one that the npm scripts use: run it again, without --omit=optional.\n' +
      'Elsewhere install a newer Node, from your system or from nodejs.org.',
  );
  process.exitCode = 1;
}
