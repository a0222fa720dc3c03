import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../src/config.ts";

const onAws = {
  stage: "dev",
  region: "eu-west-2",
  apis: { identity: "https://identity.example", catalog: "https://catalog.example/", vouchers: "https://vouchers.example" },
  userPoolId: "eu-west-2_abc",
  userPoolClientId: "client",
  webSocketUrl: "wss://push.example/live",
  announcements: "not known here",
};

test("a configuration of a later stage of the platform is read, what is new in it aside", () => {
  const config = parseConfig(onAws);
  assert.equal(config.apis.catalog, "https://catalog.example");
  assert.equal(config.apis.vouchers, "https://vouchers.example");
  assert.equal("userPoolEndpoint" in config, false);
});

test("an API that a stage does not have is not there, and one with a wrong address is refused", () => {
  assert.deepEqual(Object.keys(parseConfig({ ...onAws, apis: { identity: "https://identity.example", catalog: "https://catalog.example" } }).apis), ["identity", "catalog"]);
  const wrong = { ...onAws, apis: { ...onAws.apis, vouchers: "vouchers.example" } };
  assert.throws(() => parseConfig(wrong), /apis\.vouchers must be an http or https URL/);
});

test("a configuration that does not fit is refused by the name of the member", () => {
  const wrong: [unknown, RegExp][] = [
    [null, /config\.json must be an object/],
    [{ ...onAws, apis: {} }, /apis\.identity must be a text/],
    [{ ...onAws, apis: { ...onAws.apis, catalog: "javascript:alert(1)" } }, /apis\.catalog must be an http or https URL/],
    [{ ...onAws, userPoolId: "" }, /userPoolId must be a text/],
    [{ ...onAws, userPoolEndpoint: "localhost" }, /userPoolEndpoint must be an http or https URL/],
    [{ ...onAws, webSocketUrl: "https://push.example" }, /webSocketUrl must be a ws or wss URL/],
    [{ ...onAws, signIn: { domain: "sign-in.example", providers: "Google" } }, /signIn\.providers must be a list/],
    [{ ...onAws, signIn: { providers: [] } }, /signIn\.domain must be a text/],
  ];
  for (const [document, expected] of wrong) assert.throws(() => parseConfig(document), expected);
});

test("passkeys are offered only where the stage says so", () => {
  assert.equal(parseConfig(onAws).passkeys, false);
  assert.equal(parseConfig({ ...onAws, passkeys: true }).passkeys, true);
  assert.equal(parseConfig({ ...onAws, passkeys: "no" }).passkeys, false);
});

test("outside providers are read where a stage has some", () => {
  assert.equal("signIn" in parseConfig(onAws), false);
  const signIn = { domain: "sign-in.example", providers: ["Google"] };
  assert.deepEqual(parseConfig({ ...onAws, signIn }).signIn, signIn);
});
