// The addresses that most visitors never open; each view comes when it is opened.

import type { ComponentChildren } from "preact";
import type { Session } from "./auth/session.ts";
import type { Config } from "./config.ts";
import type { Member } from "./member.ts";
import { paths } from "./places.ts";
import type { Page, Params, Route, ShowView, Title } from "./router.ts";
import * as t from "./.texts/visitor.ts";
import { MemberContext } from "./ui/member.ts";
import { allowed, guest, signedIn } from "./views/guard.ts";

type Draw<Module> = (module: Module, params: Params, page: Page) => ComponentChildren;

/** `member` brings what the views of members share. */
export function routesOf(session: Session, config: Config, member: () => Promise<Member>): readonly Route[] {
  const later = <M,>(title: Title, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => {
      const module = await load();
      return { title, content: () => draw(module, params, page) };
    };
  const forMembers = <M,>(title: Title, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => {
      const [module, value] = await Promise.all([load(), member()]);
      return { title, content: () => <MemberContext.Provider value={value}>{draw(module, params, page)}</MemberContext.Provider> };
    };
  const tariffForm = () => import("./views/tariff-form.tsx");
  const signIn = () => import("./views/sign-in.tsx");
  const about: ShowView = async (_, page) => (await import("./views/about.tsx")).aboutView(page);
  const routes: Record<string, ShowView> = {
    "/tariffs/:productId/change": allowed(session, "write", "products",
      later(() => t.changeTariff, tariffForm, ({ ChangeTariff }, { productId = "" }, page) => <ChangeTariff productId={productId} page={page} />)),
    [paths.addTariff]: allowed(session, "write", "products",
      later(() => t.addTariff, tariffForm, ({ AddTariff }, _, page) => <AddTariff page={page} />)),
    "/sign-in": guest(session, later(() => t.signIn, signIn, ({ SignIn }, _, page) => <SignIn page={page} />)),
    "/sign-up": guest(session, later(() => t.makeAccount, signIn, ({ SignUp }, _, page) => <SignUp page={page} />)),
    "/forgotten-password": guest(session, later(() => t.setPassword, signIn, ({ ForgottenPassword }, _, page) => <ForgottenPassword page={page} />)),
    [paths.account]: signedIn(session,
      forMembers(() => t.account, () => import("./views/account.tsx"), ({ Account }, _, page) => <Account page={page} />)),
    [paths.users]: allowed(session, "list", "users",
      forMembers(() => t.users, () => import("./views/user-list.tsx"), ({ UserList }) => <UserList />)),
    [paths.contact]: about,
    [paths.terms]: about,
    [paths.privacy]: about,
    [paths.status]: later(() => t.status, () => import("./views/status.tsx"), ({ Status }) => <Status />),
    [paths.developers]: later(() => t.developers, () => import("./views/developers.tsx"), ({ Developers }) => <Developers />),
    "/users/:userId/permissions": allowed(session, "grant", "permissions",
      forMembers(() => t.permissions, () => import("./views/permissions.tsx"), ({ Permissions }, { userId = "" }, page) => <Permissions userId={userId} page={page} />)),
    ...(config.apis.vouchers && {
      [paths.vouchers]: signedIn(session,
        forMembers(() => t.vouchers, () => import("./views/voucher-list.tsx"), ({ VoucherList }) => <VoucherList />)),
      "/vouchers/:voucherId": signedIn(session,
        forMembers(() => t.voucher, () => import("./views/voucher.tsx"), ({ Voucher }, { voucherId = "" }, page) => <Voucher voucherId={voucherId} page={page} />)),
      [paths.buyVoucher]: signedIn(session,
        forMembers(() => t.buyVoucher, () => import("./views/buy-voucher.tsx"), ({ BuyVoucher }, _, page) => <BuyVoucher page={page} />)),
    }),
    ...(config.apis.readings && {
      [paths.readings]: signedIn(session,
        forMembers(() => t.readings, () => import("./views/readings.tsx"), ({ ReadingsPage }) => <ReadingsPage />)),
      "/readings/files/:importId": signedIn(session,
        forMembers(() => t.readings, () => import("./views/imported.tsx"), ({ Imported }, { importId = "" }, page) => <Imported importId={importId} page={page} />)),
      "/meters/:meterId": signedIn(session,
        later(() => t.readings, () => import("./views/meter.tsx"), ({ Meter }, { meterId = "" }, page) => <Meter meterId={meterId} page={page} />)),
      [paths.registerMeter]: allowed(session, "register", "meters",
        forMembers(() => t.readings, () => import("./views/register-meter.tsx"), ({ RegisterMeter }, _, page) => <RegisterMeter page={page} />)),
    }),
    ...(config.apis.campaigns && {
      [paths.campaigns]: allowed(session, "run", "campaigns",
        later(() => t.campaigns, () => import("./views/campaign-list.tsx"), ({ CampaignList }) => <CampaignList />)),
      "/campaigns/:campaignId": allowed(session, "run", "campaigns",
        later(() => t.campaign, () => import("./views/campaign.tsx"), ({ Campaign }, { campaignId = "" }, page) => <Campaign campaignId={campaignId} page={page} />)),
      [paths.startCampaign]: allowed(session, "run", "campaigns",
        later(() => t.writeCampaign, () => import("./views/campaign-form.tsx"), ({ WriteCampaign }, _, page) => <WriteCampaign page={page} />)),
    }),
  };
  return Object.entries(routes).map(([pattern, view]) => ({ pattern, view }));
}
