import type { Product } from "../api/catalog.ts";
import * as changes from "../api/catalog-changes.ts";
import { ApiError } from "../api/client.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/admin.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import { writeProblem } from "./write-problem.ts";

/** Changing and deleting a tariff, for who may. */
export function TariffActions({ product: { productId, name }, page }: { readonly product: Product; readonly page: Page }) {
  const { catalog, notices, router } = useApp();
  const [confirm, dialog] = useConfirm();
  const remove = async () => {
    try {
      const isRemoved = await confirm({
        heading: t.deleteQuestion({ name }),
        detail: t.deleteDetail,
        agree: t.deleteTariff,
        busy: t.deleting,
        action: async () => {
          try {
            await changes.remove(catalog, productId);
          } catch (error) {
            // Gone already is what was asked for.
            if (!(error instanceof ApiError && error.status === 404)) throw error;
            changes.forget(catalog, productId);
          }
        },
        inWords: (error) => (error instanceof SessionExpired ? undefined : writeProblem(error, t.thisTariffCap)),
      });
      if (!isRemoved) return;
      if (!page.left.aborted) router.go(paths.tariffs, { replace: true });
      notices.notify(t.wasDeleted({ name }));
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
      router.go(paths.signIn(page.path, { expired: true }));
    }
  };
  return (
    <div class="actions">
      <a class="button button-plain" href={paths.changeTariff(productId)}><MoreIcon name="edit" />{t.change}</a>
      <button type="button" class="button button-plain button-warn" onClick={() => void remove()}><MoreIcon name="remove" />{t.remove}</button>
      {dialog}
    </div>
  );
}
