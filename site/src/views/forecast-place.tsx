// The forecast's place on the first page; its code comes when somebody gets there.

import { useState } from "preact/hooks";
import { useApp } from "../app.ts";

export function ForecastPlace() {
  const [card, setCard] = useState<typeof import("./forecast.tsx")>();
  const look = (place: Element | null) => {
    if (place && !card) new IntersectionObserver(([it]) => it?.isIntersecting && import("./forecast.tsx").then(setCard, console.error)).observe(place);
  };
  return useApp().config.apis.forecast ? <div class="sun panel" ref={look}>{card && <card.Forecast />}</div> : null;
}
