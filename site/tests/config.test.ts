import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../src/config.ts";

const onAws = {
  stage: "dev",
  region: "eu-west-2",
  apis: { catalog: "https://catalog.example/", vouchers: "https://vouchers.example" },
  userPoolId: "eu-west-2_abc",
  userPoolClientId: "client",
  webSocketUrl: "wss://push.example",
};

test("a configuration of a later stage of the platform is read, what is new in it aside", () => {
  const config = parseConfig(onAws);
  assert.equal(config.apis.catalog, "https://catalog.example");
  assert.equal(config.apis.vouchers, "https://vouchers.example");
  assert.equal("userPoolEndpoint" in config, false);
});

test("an API that a stage does not have is not there, and one with a wrong address is refused", () => {
  assert.deepEqual(Object.keys(parseConfig({ ...onAws, apis: { catalog: "https://catalog.example" } }).apis), ["catalog"]);
  const wrong = { ...onAws, apis: { ...onAws.apis, vouchers: "vouchers.example" } };
  assert.throws(() => parseConfig(wrong), /apis\.vouchers must be an http or https URL/);
});

test("a configuration that does not fit is refused by the name of the member", () => {
  const wrong: [unknown, RegExp][] = [
    [null, /config\.json must be an object/],
    [{ ...onAws, apis: {} }, /apis\.catalog must be a text/],
    [{ ...onAws, apis: { catalog: "javascript:alert(1)" } }, /apis\.catalog must be an http or https URL/],
    [{ ...onAws, userPoolId: "" }, /userPoolId must be a text/],
    [{ ...onAws, userPoolEndpoint: "localhost" }, /userPoolEndpoint must be an http or https URL/],
  ];
  for (const [document, expected] of wrong) assert.throws(() => parseConfig(document), expected);
});
