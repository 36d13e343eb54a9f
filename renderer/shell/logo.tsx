/** The mark of Causeway: a way on piers over water. */
export function Logo({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden>
      <rect width="26" height="26" rx="7" fill="var(--causeway-accent-soft)" />
      <path
        d="M4.5 11.5c5.6-3 11.4-3 17 0M8 10.2v5.3M13 9.3v6.2M18 10.2v5.3"
        fill="none"
        stroke="var(--causeway-accent)"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <path
        d="M4.5 18.6c1.4 1.2 2.8 1.2 4.25 0s2.8-1.2 4.25 0 2.8 1.2 4.25 0 2.8-1.2 4.25 0"
        fill="none"
        stroke="var(--causeway-accent)"
        strokeWidth="1.6"
        strokeLinecap="round"
        opacity="0.65"
      />
    </svg>
  );
}
