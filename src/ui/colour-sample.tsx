import type { Child } from "hono/jsx";

/** Two letters on their ground, as chosen and, where that is too weak, as they are shown. Colours as attributes: no style is needed. */
export function ColourSample(props: {
  ground: string;
  ink: string;
  instead?: string | undefined;
  children: Child;
}) {
  const { ground, ink, instead } = props;
  const shown = instead ? [ink, instead] : [ink];
  return (
    <div class="colour-line">
      <svg class="colour-sample" viewBox={`0 0 ${48 * shown.length} 32`} aria-hidden="true">
        <rect width="100%" height="100%" fill={ground} rx="4" />
        {shown.map((colour, index) => (
          <text
            x={24 + 48 * index}
            y="22"
            text-anchor="middle"
            font-size="18"
            font-weight="700"
            fill={colour}
          >
            Aa
          </text>
        ))}
      </svg>
      <p class="small">{props.children}</p>
    </div>
  );
}
