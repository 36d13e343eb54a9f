/**
 * How /api/docs looks, in the light and in the dark. A style sheet in a string, so that the server needs
 * no files beside its code.
 */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea; --page: #fff; --box: #f6f8fa;
  --link: #0b5cad; --get: #0a6640; --post: #0b5cad; --patch: #7a4b00; --delete: #a3172a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ee; --soft: #9aa7b5; --line: #2d3743; --page: #12171d; --box: #1a2129;
    --link: #7cb7ff; --get: #6fd3a0; --post: #7cb7ff; --patch: #f0bd62; --delete: #ff8f9c; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
header { padding: 1.5rem 2rem; border-bottom: 1px solid var(--line); }
header p { max-width: 60rem; margin: .4rem 0; }
h1 { margin: 0; font-size: 1.6rem; }
h1 small { color: var(--soft); font-weight: normal; font-size: 1rem; }
h2 { text-transform: capitalize; font-size: 1.2rem; }
h3 { margin: 0; font-size: 1.05rem; }
h4 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--soft); text-transform: uppercase; letter-spacing: .04em; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: 18rem minmax(0, 1fr); }
nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 0 1rem 2rem 2rem; font-size: .9rem; }
nav h2 { font-size: .95rem; margin: 1rem 0 .2rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .15rem 0; text-decoration: none; color: inherit; }
nav a:hover { text-decoration: underline; }
nav b { font: 600 .75rem ui-monospace, monospace; color: var(--soft); }
main { padding: 0 2rem 4rem; min-width: 0; }
article { border: 1px solid var(--line); border-radius: 8px; background: var(--box); padding: 1rem 1.25rem; margin: 1rem 0; }
article:target { outline: 2px solid var(--link); }
.route { margin: .4rem 0; }
.route b { font: 600 .85rem ui-monospace, monospace; }
.get { color: var(--get); } .post { color: var(--post); } .patch, .put { color: var(--patch); } .delete { color: var(--delete); }
.rights { color: var(--soft); font-size: .9rem; margin-left: .5rem; }
.type { color: var(--soft); font-size: .9rem; }
article ul { margin: .25rem 0; padding-left: 1.25rem; }
.schema { border-left: 2px solid var(--line); list-style: none; padding-left: .75rem; }
@media (max-width: 50rem) { .columns { display: block; } nav { position: static; max-height: none; padding: 0 1.25rem; }
  main, header { padding-left: 1.25rem; padding-right: 1.25rem; } }
`;
