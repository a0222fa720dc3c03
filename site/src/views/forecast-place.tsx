// The forecast's place on the first page; its code comes when somebody gets there.

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { useLazy } from "../ui/lazy.ts";

export function ForecastPlace() {
  const url = useApp().config.apis.forecast;
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  const card = useLazy(isSeen && (() => import("./forecast.tsx")));
  useEffect(() => {
    const look = new IntersectionObserver(([there]) => there?.isIntersecting && setSeen(true));
    if (place.current) look.observe(place.current);
    return () => look.disconnect();
  }, []);
  return url ? <div class="sun panel" ref={place}>{card && <card.Forecast url={url} />}</div> : null;
}
