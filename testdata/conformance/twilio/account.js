// The account that a server plays, as the published SDK reaches it. The server
// is given by the environment:
//
//	TWILIO_URL        where conversations.twilio.com is
//	TWILIO_MCS_URL    where the Media Content Service is
//	TWILIO_SNAPSHOT   directory of what the account holds
//	TWILIO_ACCOUNT    its account SID

import { readFileSync } from "node:fs";
import { join } from "node:path";

import twilio from "twilio";

function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export const url = need("TWILIO_URL");
export const mcsUrl = need("TWILIO_MCS_URL");
const username = `SK${"0".repeat(32)}`;
const password = "secret";

// Redirected sends what is meant for Twilio to the server.
class Redirected extends twilio.RequestClient {
  request(options) {
    const uri = new URL(options.uri);
    if (uri.hostname === "conversations.twilio.com") {
      const to = new URL(url);
      uri.protocol = to.protocol;
      uri.host = to.host;
    }
    return super.request({ ...options, uri: uri.href });
  }
}

// connect is the SDK with the right credentials, or with others.
export function connect(secret = password) {
  return twilio(username, secret, { accountSid: need("TWILIO_ACCOUNT"), httpClient: new Redirected() }).conversations.v1;
}

// basic is the header that opens the Media Content Service, which the SDK does not know.
export const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

// recorded reads one file of the snapshot.
export function recorded(kind) {
  const text = readFileSync(join(need("TWILIO_SNAPSHOT"), `${kind}.jsonl`), "utf8");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

// bytes reads a file of the snapshot.
export function bytes(sid) {
  return readFileSync(join(need("TWILIO_SNAPSHOT"), "media", sid));
}

// group sorts resources by a field.
export function group(resources, field) {
  const groups = new Map();
  for (const r of resources) groups.set(r[field], [...(groups.get(r[field]) ?? []), r]);
  return groups;
}
