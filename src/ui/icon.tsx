/** Drawn for this project on a 24-unit grid, stroke 2. Inline everywhere, so no page waits for a sprite. */
const paths = {
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  actions: "M4 10v4h3l9 5V5l-9 5zM19 9.5v5M8 14.5 9.5 20H12",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.2.8 3.5 2.8 3.5 5.5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  operations: "M4 18a8.5 8.5 0 1 1 16 0M12 15l4-5",
  plus: "M12 5v14M5 12h14",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 21c0-4.5 3.3-6.5 7.5-6.5s7.5 2 7.5 6.5",
  check: "M5 12.5 10 17.5 19.5 7",
  warning: "M12 4 2.5 20h19zM12 10v4.5M12 17v.5",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5V13M12 16v.5",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v5.5M12 7.5V8",
  forward: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  down: "M6 9.5l6 6 6-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  mail: "M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20.5 20.5",
  edit: "M4 20v-4L16 4l4 4L8 20zM13.5 6.5l4 4",
  download: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  phone:
    "M6 3h3.5l1.5 5-2.2 1.6a11 11 0 0 0 5.6 5.6L16 13l5 1.5V18a3 3 0 0 1-3.3 3A16.5 16.5 0 0 1 3 6.3 3 3 0 0 1 6 3z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
} as const;

export type IconName = keyof typeof paths;

/** A small picture beside words. Without `label` it is hidden from screen readers, so words must stand beside it. */
export function Icon({ name, label }: { name: IconName; label?: string }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it is hidden or labelled below; a title would also show as a tooltip.
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linejoin="round"
      stroke-linecap="round"
      focusable="false"
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" })}
    >
      <path d={paths[name]} />
    </svg>
  );
}
