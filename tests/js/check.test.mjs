// The check page's script against what the server writes (fixtures/permit-qr.json).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateRawSync, deflateSync, constants } from "node:zlib";

const here = (path) => new URL(path, import.meta.url);
const source = readFileSync(here("../../sync-server/static/check/check.js"));
// The file is a module for browsers; without a package.json node would read it as CommonJS.
const check = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const fixture = JSON.parse(readFileSync(here("./fixtures/permit-qr.json"), "utf8"));
const keys = fixture.keys.keys;

const codeOf = (code) => (error) => error instanceof check.CheckError && error.code === code;

test("every text the server writes is believed, whole or in part", async () => {
  assert.ok(fixture.valid.length > 10);
  for (const { payload, link, claims } of fixture.valid) {
    const fragment = link.slice(link.indexOf("#"));
    for (const text of [payload, link, fragment, fragment.slice(1), ` ${link}\n`, `${payload}\r\n`]) {
      assert.deepEqual(await check.verify(text, keys), claims, text);
    }
  }
});

test("what is damaged, foreign or forged is refused with its reason", async () => {
  for (const { text, code } of fixture.refused) {
    await assert.rejects(check.verify(text, keys), codeOf(code), `${code}: ${text.slice(0, 60)}`);
  }
  await assert.rejects(check.verify("", keys), codeOf("not_a_permit"));
  await assert.rejects(check.verify("A".repeat(check.MAX_TEXT + 1), keys), codeOf("too_long"));
  await assert.rejects(check.verify(fixture.valid[0].payload, []), codeOf("unknown_key"));
});

test("no changed character is believed", async () => {
  const { payload } = fixture.valid[0];
  for (let at = 4; at < payload.length; at += 7) {
    const other = payload[at] === "A" ? "B" : "A";
    const changed = payload.slice(0, at) + other + payload.slice(at + 1);
    await assert.rejects(check.verify(changed, keys), check.CheckError, `at ${at}`);
    await assert.rejects(check.verify(payload.slice(0, at), keys), check.CheckError, `cut at ${at}`);
  }
});

test("another key under the same name is not believed", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const impostor = [{ ...keys[0], kty, crv, x, y }];
  await assert.rejects(check.verify(fixture.valid[0].payload, impostor), codeOf("forged"));
});

test("base45 is read only as written", () => {
  assert.deepEqual([...check.decodeBase45("QED8WEX0")], [...Buffer.from("ietf!")]);
  for (const text of ["::", "A", "GGW:", ":::", "qed8", "QED8WEX"]) {
    assert.throws(() => check.decodeBase45(text), codeOf("damaged"), text);
  }
});

test("both ways of unpacking agree and keep the limit", async () => {
  const samples = [
    Buffer.from(""),
    Buffer.from("许可证".repeat(200)),
    Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251)),
    crypto.getRandomValues(new Uint8Array(2000)),
  ];
  const strategies = [{}, { level: 0 }, { strategy: constants.Z_FIXED }, { strategy: constants.Z_HUFFMAN_ONLY }];
  for (const sample of samples) {
    for (const options of strategies) {
      const packed = deflateSync(sample, options);
      assert.deepEqual([...check.inflateByHand(packed)], [...sample]);
      assert.deepEqual([...(await check.inflate(packed))], [...sample]);
      const broken = Uint8Array.from(packed);
      broken[broken.length - 1] ^= 1;
      assert.throws(() => check.inflateByHand(broken), codeOf("damaged"));
      await assert.rejects(check.inflate(broken), codeOf("damaged"));
      assert.throws(() => check.inflateByHand(packed.subarray(0, packed.length - 3)), codeOf("damaged"));
      await assert.rejects(check.inflate(packed.subarray(0, packed.length - 3)), codeOf("damaged"));
    }
  }
  const bomb = deflateSync(Buffer.alloc(1 << 20));
  assert.throws(() => check.inflateByHand(bomb), codeOf("too_long"));
  await assert.rejects(check.inflate(bomb), codeOf("too_long"));
  assert.throws(() => check.inflateByHand(deflateRawSync(Buffer.from("x"))), codeOf("damaged"));
});

test("random bytes end in an answer, never in a hang", async () => {
  for (let round = 0; round < 500; round += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(1 + (round % 90)));
    for (const read of [check.decodeCbor, check.inflateByHand]) {
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof check.CheckError, `${read.name}: ${error.stack}`);
      }
    }
  }
});

test("CBOR is read as far as it is needed", () => {
  const read = (...bytes) => check.decodeCbor(Uint8Array.from(bytes));
  assert.equal(read(0x1a, 0, 1, 0, 0), 65536);
  assert.equal(read(0x39, 0x01, 0x00), -257);
  assert.equal(read(0xf6), null);
  assert.deepEqual(read(0x82, 0x01, 0x61, 0x61), [1, "a"]);
  for (const bytes of [[], [0x9f, 0xff], [0x61], [0x01, 0x01], [0x61, 0xff], [0xa2, 1, 1, 1, 1], new Array(20).fill(0x81), [0x9a, 0xff, 0xff, 0xff, 0xff]]) {
    assert.throws(() => read(...bytes), codeOf("damaged"), String(bytes));
  }
});

test("a permit stands as its dates and the list say", () => {
  const { claims } = fixture.valid[0];
  const none = { updated: "2026-11-24T00:00:00Z", numbers: [] };
  assert.equal(check.standing(claims, "2026-11-24", none), "valid");
  assert.equal(check.standing(claims, "2032-11-23", none), "valid");
  assert.equal(check.standing(claims, "2032-11-24", none), "expired");
  assert.equal(check.standing(claims, "2026-11-23", none), "pending");
  assert.equal(check.standing(claims, "2026-11-24", null), "valid");
  const list = { ...none, numbers: [claims.number] };
  assert.equal(check.standing(claims, "2026-11-24", list), "revoked");
  assert.equal(check.standing(claims, "2040-01-01", list), "revoked");
  const endless = fixture.valid.find((entry) => entry.claims.valid_until === null).claims;
  assert.equal(check.standing(endless, "2099-01-01", none), "valid");
  assert.equal(check.beijingDay(new Date("2026-11-23T16:00:00Z")), "2026-11-24");
});

test("an old list says so", () => {
  const list = { updated: "2026-11-24T00:00:00Z", numbers: [] };
  const noon = new Date("2026-11-24T04:00:00Z");
  assert.equal(check.dayOf(list, noon), "2026-11-24");
  assert.equal(check.dayOf({ ...list, training_day: "2018-03-12" }, noon), "2018-03-12");
  assert.equal(check.dayOf({ ...list, training_day: "<b>" }, noon), "2026-11-24");
  assert.match(check.freshnessOf(list, new Date("2026-11-24T10:00:00Z")), /已核对截至 2026-11-24 08:00/);
  assert.match(check.freshnessOf(list, new Date("2026-11-26T10:00:00Z")), /超过一天/);
  assert.match(check.freshnessOf(null, new Date()), /未能取得/);
  assert.match(check.freshnessOf({ updated: "?", numbers: [] }, new Date()), /无法识别/);
});
