/** The mark: three rising waves. */
export function Swell() {
  return (
    <svg class="swell" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect class="swell-ground" width="32" height="32" rx="6" />
      <path
        class="swell-wave"
        d="M5 24c3.5 0 3.5-3 7-3s3.5 3 7 3 3.5-3 8-3M5 17.5c3.5 0 3.5-4 7-4s3.5 4 7 4 3.5-4 8-4M5 11c3.5 0 3.5-5 7-5s3.5 5 7 5 3.5-5 8-5"
      />
    </svg>
  );
}
