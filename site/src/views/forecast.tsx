import { useState } from "preact/hooks";
import { ApiClient } from "../api/client.ts";
import { forecastOf, type Region } from "../api/forecast.ts";
import { useApp } from "../app.ts";
import { deviceStorage } from "../storage.ts";
import "../styles/forecast.css";
import { bestHours, dayAfter, energyOf, GOOD_KWH, POOR_KWH, verdictOf, type Verdict } from "../sun.ts";
import { Icon } from "../ui/icons.tsx";
import { useQuery } from "../ui/query.ts";
import { Bone, Loaded } from "../ui/states.tsx";

const KEPT = "forecast-region";
const ZONE = "Europe/London";
const days = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, weekday: "long", day: "numeric", month: "long" });
const times = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const energies = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

const WORDS: Readonly<Record<Verdict, (best: string | undefined) => string>> = {
  good: (best) => `With a solar tariff, your panels should make plenty.${best ? ` What can wait is best run ${best}.` : ""}`,
  middling: (best) => `With a solar tariff, your panels should cover part of what you use.${best ? ` What can wait is best run ${best}.` : ""}`,
  poor: () => "With a solar tariff, expect little from your panels: most of what you use will come from the grid.",
};

/** Tomorrow's weather, and what it means for who has a solar tariff. */
export function Forecast({ url }: { readonly url: string }) {
  const { session } = useApp();
  const [client] = useState(() => new ApiClient(url, session));
  const [date] = useState(() => dayAfter(new Date()));
  const query = useQuery(forecastOf(client, date));
  return (
    <>
      <h2>The sun tomorrow</h2>
      <Loaded query={query} what="the forecast" waiting={<Waiting />}
        onError={() => (
          <>
            <p>The forecast cannot be loaded at the moment.</p>
            <div class="actions"><button type="button" class="button button-plain" onClick={() => void query.refetch()}>Try again</button></div>
          </>
        )}>
        {(forecast) => forecast && forecast.regions.length > 0
          ? <Regions regions={forecast.regions} date={date} />
          : <p>The forecast for {dayOf(date)} is not there yet: it comes in the night before, shortly after two.</p>}
      </Loaded>
    </>
  );
}

function Regions({ regions, date }: { readonly regions: readonly Region[]; readonly date: string }) {
  const [storage] = useState(deviceStorage);
  const [wanted, setWanted] = useState(() => storage.getItem(KEPT));
  const shown = regions.find(({ region }) => region === wanted) ?? regions[0];
  const choose = (region: string) => {
    setWanted(region);
    storage.setItem(KEPT, region);
  };
  return (
    <>
      {regions.length > 1 && (
        <div class="sun-region">
          <label for="region">Region</label>
          <select id="region" value={shown?.region} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {regions.map(({ region }) => <option key={region} value={region}>{region}</option>)}
          </select>
        </div>
      )}
      {shown && <Day region={shown} date={date} />}
    </>
  );
}

function Day({ region: { hours }, date }: { readonly region: Region; readonly date: string }) {
  const kWh = energyOf(hours);
  const verdict = verdictOf(kWh);
  const found = bestHours(hours);
  const best = found && `between ${times.format(found.from)} and ${times.format(found.to)}`;
  const warmth = hours.map(({ temperatureC }) => temperatureC);
  const wind = Math.max(...hours.map(({ windSpeedKmh }) => windSpeedKmh));
  return (
    <>
      <div role="status">
        <p class={`sun-verdict sun-${verdict}`}><Icon name="day" />A {verdict} day for solar</p>
        <p>{WORDS[verdict](best)}</p>
      </div>
      <dl class="sun-facts">
        <div><dt>Sun on a square metre</dt><dd>{energies.format(kWh)} kWh</dd></div>
        <div><dt>Temperature</dt><dd>{whole.format(Math.min(...warmth))} to {whole.format(Math.max(...warmth))} °C</dd></div>
        <div><dt>Wind</dt><dd>up to {whole.format(wind)} km/h</dd></div>
      </dl>
      <p class="hint">{dayOf(date)}. Good from {GOOD_KWH} kWh, poor below {POOR_KWH}.</p>
    </>
  );
}

function Waiting() {
  return (
    <>
      <p class="visually-hidden" role="status">Loading the forecast…</p>
      <div aria-hidden><Bone size="field" /><Bone size="price" /><Bone size="line" /><Bone size="line" /></div>
    </>
  );
}

function dayOf(date: string): string {
  return days.format(new Date(`${date}T12:00:00Z`));
}
