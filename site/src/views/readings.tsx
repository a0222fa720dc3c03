import { isUnderWay, type Import } from "../api/readings.ts";
import { useApp } from "../app.ts";
import { moment } from "../formats.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import "../styles/readings.css";
import * as t from "../.texts/readings.ts";
import * as common from "../.texts/visitor.ts";
import { askAgainIn } from "../ui/asking.ts";
import { Icon } from "../ui/icons.tsx";
import { useMember } from "../ui/member.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Loaded, MoreOf, Notice } from "../ui/states.tsx";
import { countsOf, statusOf, useReadings, useUploads } from "./imports.ts";
import { Upload } from "./upload-files.tsx";

/** Somebody's meters, their files of readings and what became of them, and where further ones are dropped. */
export function ReadingsPage() {
  const { session } = useApp();
  return (
    <div>
      <div class="page-head">
        <div>
          <h1>{common.readings}</h1>
          <p class="lead">{t.lead}</p>
        </div>
        {session.can("register", "meters") && <a class="button button-plain" href={paths.registerMeter}><Icon name="add" />{t.register}</a>}
      </div>
      <Upload />
      <MeterList />
      <ImportList />
    </div>
  );
}

function MeterList() {
  const query = useListQuery(useReadings().meters);
  return (
    <section class="apart" aria-labelledby="meters-heading" tabindex={-1}>
      <h2 id="meters-heading">{t.meters}</h2>
      <Loaded query={query} waiting={<p role="status">{t.loadingMeters}</p>} what={t.theMeters}>
        {(known) => {
          const meters = all(known, ({ meterId }) => meterId);
          if (meters.length === 0) return <Notice heading={t.noMeters} detail={t.noMetersYet} icon="kWh" />;
          return (
            <MoreOf query={query} items={meters} idOf={({ meterId }) => meterId} more={t.moreMeters} list="users">
              {({ meterId }) => <li key={meterId} class="user user-meter"><Icon name="kWh" /><a class="user-email" href={paths.meter(meterId)}>{meterId}</a></li>}
            </MoreOf>
          );
        }}
      </Loaded>
    </section>
  );
}

function ImportList() {
  const uploads = useUploads();
  const isTold = useMember().live.tells.value;
  const query = useListQuery({
    ...useReadings().imports,
    refetchInterval: ({ state }) => askAgainIn(all(state.data, idOf).some(isUnderWay), state, isTold),
    refetchOnWindowFocus: true,
  });
  const onTheirWay = new Set(uploads.all.value.map(({ importId }) => importId));
  return (
    <section class="apart" aria-labelledby="imports-heading" tabindex={-1}>
      <h2 id="imports-heading">{t.imports}</h2>
      <Loaded query={query} waiting={<p role="status">{t.loadingImports}</p>} what={t.theImports}>
        {(known) => {
          const imports = all(known, idOf).filter(({ importId }) => !onTheirWay.has(importId));
          if (imports.length === 0) return <Notice heading={t.noImports} detail={t.noImportsYet} icon={<MoreIcon name="file" />} />;
          return (
            <MoreOf query={query} items={imports} idOf={idOf} more={t.moreImports} list="users">
              {(one) => <Row key={one.importId} shown={one} />}
            </MoreOf>
          );
        }}
      </Loaded>
    </section>
  );
}

function Row({ shown }: { readonly shown: Import }) {
  const { importId, filename, createdAt } = shown;
  return (
    <li class="user">
      <div class="user-name">
        <a class="user-email" href={paths.imported(importId)}>{filename}</a>
        <span class="hint">{t.beganAt({ moment: moment(createdAt, "medium"), time: (words) => <time dateTime={createdAt}>{words}</time> })}</span>
      </div>
      <div class="user-groups">
        <span class="tag">{statusOf(shown)}</span>
        <span class="hint">{countsOf(shown)}</span>
      </div>
    </li>
  );
}

function idOf({ importId }: Import): string {
  return importId;
}
