// What every test starts with: the texts that the page has before it starts, in English.

import { language } from "../src/language.ts";
import { load } from "../src/.texts/visitor.ts";

language.value = "en";
await load();
