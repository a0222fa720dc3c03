import type { Person } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { View } from "../router.ts";
import * as t from "../.texts/member.ts";
import * as common from "../.texts/visitor.ts";
import { Notice } from "../ui/states.tsx";

/** For a page that needs a permission which this person lacks. */
export function refused({ email }: Person, permission: string): View {
  return {
    title: () => t.notAllowed,
    content: () => (
      <Notice heading={t.notAllowed} detail={t.notAllowedWhy({ email, permission })} level={1} icon="alert">
        <a class="button" href={paths.tariffs}>{common.seeTariffs}</a>
      </Notice>
    ),
  };
}
