// Bars over time, drawn by attributes alone: the site's policy takes no style inside the page.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface Bar {
  readonly key: number;
  /** Undefined where nothing is known, which is not nothing. */
  readonly value: number | undefined;
  /** What it stands for and how much it is, in words. */
  readonly words: string;
  /** Stands below, at its middle or where it begins; a minor one only where there is room. */
  readonly mark?: { readonly words: string; readonly isMinor: boolean; readonly at: "begin" | "middle" } | undefined;
}

/** `end` is where the scale ends, `written` how a number on it is written, `label` says the whole in words. */
export function Chart({ bars, end, written, label, hint, onChoose }: {
  readonly bars: readonly Bar[];
  readonly end: number;
  readonly written: (value: number) => string;
  readonly label: string;
  readonly hint: ComponentChildren;
  /** For who has a pointer; the others need another way. */
  readonly onChoose?: ((key: number) => void) | undefined;
}) {
  const [pointed, setPointed] = useState<number>();
  const width = 100 / bars.length;
  const at = ({ currentTarget, clientX }: { readonly currentTarget: Element; readonly clientX: number }) => {
    const { left, width: whole } = currentTarget.getBoundingClientRect();
    return bars[Math.floor(((clientX - left) / whole) * bars.length)]?.key;
  };
  return (
    <figure class="chart">
      <div class="chart-scale" aria-hidden="true"><span>{written(end)}</span><span>{written(end / 2)}</span><span>{written(0)}</span></div>
      <svg class={onChoose ? "chart-bars chart-open" : "chart-bars"} role="img" aria-label={label}
        onPointerMove={(event) => setPointed(at(event))} onPointerDown={(event) => setPointed(at(event))} onPointerLeave={() => setPointed(undefined)}
        onClick={(event) => {
          const key = at(event);
          if (key !== undefined) onChoose?.(key);
        }}>
        {[0, 50, 100].map((y) => <line key={y} class="chart-line" x1="0" x2="100%" y1={`${y}%`} y2={`${y}%`} />)}
        {bars.map(({ key, value }, index) => {
          const height = value === undefined ? 100 : (value / end) * 100;
          const style = value === undefined ? "bar-unknown" : key === pointed ? "bar-pointed" : "bar-known";
          return <rect key={key} class={style} x={`${(index + 0.1) * width}%`} width={`${0.8 * width}%`} y={`${100 - height}%`} height={`${height}%`} />;
        })}
      </svg>
      <svg class="chart-marks" aria-hidden="true">
        {bars.map(({ key, mark }, index) => mark && (
          <text key={key} class={mark.isMinor ? "mark-minor" : undefined} y="1em" x={`${(index + (mark.at === "middle" ? 0.5 : 0)) * width}%`}
            text-anchor={mark.at === "middle" ? "middle" : index === 0 ? "start" : "middle"}>{mark.words}</text>
        ))}
      </svg>
      <figcaption class="chart-said" aria-hidden="true">{bars.find(({ key }) => key === pointed)?.words ?? hint}</figcaption>
    </figure>
  );
}
