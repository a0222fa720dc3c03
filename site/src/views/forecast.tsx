import { useState } from "preact/hooks";
import { ApiClient } from "../api/client.ts";
import { forecastOf, type Region } from "../api/forecast.ts";
import { useApp } from "../app.ts";
import { number } from "../formats.ts";
import { language, LOCALES } from "../language.ts";
import { deviceStorage } from "../storage.ts";
import "../styles/forecast.css";
import { bestHours, dayAfter, energyOf, GOOD_KWH, POOR_KWH, verdictOf } from "../sun.ts";
import * as t from "../.texts/forecast.ts";
import * as common from "../.texts/visitor.ts";
import { Icon } from "../ui/icons.tsx";
import { useQuery } from "../ui/query.ts";
import { Bone, Loaded } from "../ui/states.tsx";

const KEPT = "blockwork.region";
const ZONE = "Europe/London";

/** Tomorrow's weather, and what it means for who has a solar tariff. */
export function Forecast() {
  const { config, session } = useApp();
  const [client] = useState(() => new ApiClient(config.apis.forecast ?? "", session));
  const [date] = useState(() => dayAfter(new Date()));
  const query = useQuery(forecastOf(client, date));
  return (
    <section aria-labelledby="sun-heading">
      <h2 id="sun-heading">{t.heading}</h2>
      <Loaded query={query} what={t.theForecast} waiting={<Waiting />}
        onError={() => (
          <>
            <p>{t.down}</p>
            <div class="actions"><button type="button" class="button button-plain" onClick={() => void query.refetch()}>{common.tryAgain}</button></div>
          </>
        )}>
        {(forecast) => forecast && forecast.regions.length > 0
          ? <Regions regions={forecast.regions} date={date} />
          : <p>{t.notYet({ day: dayOf(date) })}</p>}
      </Loaded>
    </section>
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
          <label for="region">{t.region}</label>
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
  const best = verdict !== "poor" && found && ` ${t.bestRun({ from: timeOf(found.from), to: timeOf(found.to) })}`;
  const warmth = hours.map(({ temperatureC }) => temperatureC);
  const wind = Math.max(...hours.map(({ windSpeedKmh }) => windSpeedKmh));
  return (
    <>
      <div role="status">
        <p class={`sun-verdict sun-${verdict}`}><Icon name="day" />{t.verdict({ verdict })}</p>
        <p>{t.meaning({ verdict })}{best}</p>
      </div>
      <dl class="sun-facts">
        <div><dt>{t.sunOn}</dt><dd>{t.energy({ kWh: written(kWh, 1) })}</dd></div>
        <div><dt>{t.temperature}</dt><dd>{t.degrees({ least: written(Math.min(...warmth)), most: written(Math.max(...warmth)) })}</dd></div>
        <div><dt>{t.wind}</dt><dd>{t.upTo({ most: written(wind) })}</dd></div>
      </dl>
      <p class="hint">{t.rule({ day: dayOf(date), good: number(GOOD_KWH), poor: number(POOR_KWH) })}</p>
    </>
  );
}

function Waiting() {
  return (
    <>
      <p class="visually-hidden" role="status">{t.loading}</p>
      <div aria-hidden><Bone size="field" /><Bone size="price" /><Bone size="line" /><Bone size="line" /></div>
    </>
  );
}

function dayOf(date: string): string {
  return inLondon(new Date(`${date}T12:00:00Z`), { weekday: "long", day: "numeric", month: "long" });
}

function timeOf(moment: Date): string {
  return inLondon(moment, { hour: "2-digit", minute: "2-digit" });
}

function inLondon(moment: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALES[language.peek()], { timeZone: ZONE, ...options }).format(moment);
}

/** With so many decimals. */
function written(value: number, decimals = 0): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(LOCALES[language.peek()], digits).format(value);
}
