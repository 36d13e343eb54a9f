/**
 * Texts that somebody might give to a thing so that the browser of whoever looks at it runs, loads or shows
 * something else. Each would call `strike` in the page, or leave there what {@link TRACES} finds.
 */

/** Of at most 80 characters, which is what a name may have. */
export const HOSTILE_NAMES: readonly string[] = [
  '"><img src=x onerror=strike(1)>',
  '<script>strike(2)</script>',
  "'-strike(3)-'\"autofocus/onfocus=strike(3)//",
  'javascript:strike(4)',
  "{{constructor.constructor('strike(5)')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay as it is.
  '${strike(6)}#{strike(6)}<%=strike(6)%>',
  '</title></textarea></style><svg/onload=strike(7)>',
  '[x](javascript:strike(8)) ![x](x"onerror=strike(8))',
  '<iframe srcdoc="<script>parent.strike(9)</script>">',
  '&lt;b data-struck&gt;&#60;b data-struck&#62;<b data-struck>',
  // Keys of every object, if somebody keeps things in one by name.
  '__proto__',
  'constructor',
  'toString',
  // Steps of a path, and what ends one.
  '..',
  '../../people?x=1#y',
  '%2e%2e%2fpeople%00',
  '\\\\evil.example\\x',
  // Turns what follows around: "txt.exe" looks like "exe.txt" (Unicode TR36 §3.4).
  '\u202Eexe.txt\u202C \u2066x\u2069 \u200B\u200D\uFEFF',
  'Z\u0351\u036B\u0343a\u0363\u0351\u0308\u033D\u0352l\u0306\u0361g\u0325\u0355o\u0351\u0363',
  '=HYPERLINK("https://evil.example","x")',
  'W'.repeat(80),
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿',
];

/** As long as a description may be, with lines. */
export const HOSTILE_DESCRIPTION = [
  ...HOSTILE_NAMES.slice(0, 8),
  '<style>*{display:none}</style><meta http-equiv=refresh content=0;url=//evil.example><base href=//evil.example>',
]
  .join('\n')
  .slice(0, 500);

/** Where a description holds less. */
export const HOSTILE_NOTE = HOSTILE_NAMES.slice(0, 6).join(' ').slice(0, 200);

/** What a sign-in name can be made of. */
export const HOSTILE_SIGN_IN_NAMES: readonly string[] = [
  'constructor',
  '..',
  '%3Cscript%3Estrike',
  '__proto__',
  'ａｄａ',
];

/** Elements that are in the page only if a text became markup. Runs in the page. */
export const TRACES = `
  Array.from(document.querySelectorAll('[data-struck], img[src="x"], [onerror], [onload], [onfocus], iframe, base, ' +
    'meta[http-equiv=refresh], body script, a[href^="javascript:" i], a[href*="evil.example"]'), ({ outerHTML }) =>
    outerHTML.slice(0, 120))
`;
