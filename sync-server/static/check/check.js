// Checks a permit's QR payload on the visitor's own device.
//
// KY1: + base45( zlib( COSE_Sign1( CBOR claims ) ) ), ES256; the format is described in the
// server's permit module. Nothing of the payload leaves the page: it stands in the fragment, and
// the only requests are for the authority's keys and the list of revoked numbers.

export const PREFIX = "KY1:";
export const MAX_TEXT = 6144;
export const MAX_INFLATED = 8192;
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** Why a text is not believed; `code` is one of not_a_permit, damaged, too_long, unknown_key, forged. */
export class CheckError extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}

const damaged = (step) => new CheckError("damaged", step);

/** Base45 (RFC 9285), only in the form an encoder writes. */
export function decodeBase45(text) {
  const out = [];
  if (text.length % 3 === 1) throw damaged("base45");
  for (let i = 0; i < text.length; i += 3) {
    const last = i + 2 >= text.length;
    let value = 0;
    let weight = 1;
    for (let k = i; k < (last ? i + 2 : i + 3); k += 1) {
      const digit = BASE45.indexOf(text[k]);
      if (digit < 0) throw damaged("base45");
      value += digit * weight;
      weight *= 45;
    }
    if (value > (last ? 0xff : 0xffff)) throw damaged("base45");
    if (!last) out.push(value >> 8);
    out.push(value & 0xff);
  }
  return Uint8Array.from(out);
}

/** Unpacks zlib (RFC 1950), at most MAX_INFLATED bytes. */
export async function inflate(bytes) {
  if (typeof DecompressionStream === "undefined") return inflateByHand(bytes);
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => {}); // the reader below meets the same error
  const reader = stream.readable.getReader();
  const parts = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > MAX_INFLATED) {
        reader.cancel().catch(() => {});
        throw new CheckError("too_long");
      }
      parts.push(value);
    }
    await written;
  } catch (error) {
    if (error instanceof CheckError) throw error;
    throw damaged("zlib");
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The same without DecompressionStream, which older phones lack (RFC 1951). */
export function inflateByHand(bytes) {
  if (bytes.length < 6 || (bytes[0] & 0x0f) !== 8 || ((bytes[0] << 8) | bytes[1]) % 31 !== 0 || bytes[1] & 0x20) {
    throw damaged("zlib");
  }
  const out = [];
  let at = 2;
  let held = 0;
  let bits = 0;
  const take = (count) => {
    while (bits < count) {
      if (at >= bytes.length) throw damaged("zlib");
      held |= bytes[at] << bits;
      at += 1;
      bits += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    bits -= count;
    return value;
  };
  const put = (byte) => {
    if (out.length >= MAX_INFLATED) throw new CheckError("too_long");
    out.push(byte);
  };
  // Canonical Huffman codes: how many of each length, and the symbols in order.
  const tableOf = (lengths) => {
    const counts = new Array(16).fill(0);
    for (const length of lengths) counts[length] += 1;
    counts[0] = 0;
    const symbols = [];
    for (let length = 1; length < 16; length += 1) {
      lengths.forEach((l, symbol) => l === length && symbols.push(symbol));
    }
    return { counts, symbols };
  };
  const symbolOf = ({ counts, symbols }) => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      const count = counts[length];
      if (code - first < count) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw damaged("zlib");
  };
  const readTables = () => {
    const [literals, distances, codes] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const codeLengths = new Array(19).fill(0);
    for (let i = 0; i < codes; i += 1) codeLengths[CODE_ORDER[i]] = take(3);
    const codeTable = tableOf(codeLengths);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = symbolOf(codeTable);
      if (symbol < 16) {
        lengths.push(symbol);
        continue;
      }
      if (symbol === 16 && lengths.length === 0) throw damaged("zlib");
      const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
      let repeat = symbol === 16 ? take(2) + 3 : symbol === 17 ? take(3) + 3 : take(7) + 11;
      while (repeat > 0) {
        lengths.push(value);
        repeat -= 1;
      }
    }
    if (lengths.length > literals + distances) throw damaged("zlib");
    return [tableOf(lengths.slice(0, literals)), tableOf(lengths.slice(literals))];
  };
  const fixedTables = () => [
    tableOf(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
    tableOf(new Array(30).fill(5)),
  ];
  for (let last = 0; !last; ) {
    last = take(1);
    const kind = take(2);
    if (kind === 3) throw damaged("zlib");
    if (kind === 0) {
      held = 0;
      bits = 0;
      if (at + 4 > bytes.length) throw damaged("zlib");
      const length = bytes[at] | (bytes[at + 1] << 8);
      if ((length ^ 0xffff) !== (bytes[at + 2] | (bytes[at + 3] << 8))) throw damaged("zlib");
      at += 4;
      if (at + length > bytes.length) throw damaged("zlib");
      for (let i = 0; i < length; i += 1) put(bytes[at + i]);
      at += length;
      continue;
    }
    const [literals, distances] = kind === 1 ? fixedTables() : readTables();
    for (;;) {
      const symbol = symbolOf(literals);
      if (symbol < 256) {
        put(symbol);
        continue;
      }
      if (symbol === 256) break;
      if (symbol > 285) throw damaged("zlib");
      const length = LENGTH_BASE[symbol - 257] + take(LENGTH_EXTRA[symbol - 257]);
      const far = symbolOf(distances);
      if (far > 29) throw damaged("zlib");
      const distance = DISTANCE_BASE[far] + take(far < 4 ? 0 : (far >> 1) - 1);
      if (distance > out.length) throw damaged("zlib");
      for (let i = 0; i < length; i += 1) put(out[out.length - distance]);
    }
  }
  let [a, b] = [1, 0];
  for (const byte of out) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  if (at + 4 !== bytes.length) throw damaged("zlib");
  const sum = bytes.slice(at).reduce((value, byte) => value * 256 + byte, 0);
  if (sum !== b * 65536 + a) throw damaged("zlib");
  return Uint8Array.from(out);
}

/** Reads one CBOR item (RFC 8949), definite lengths only, and nothing behind it. */
export function decodeCbor(bytes) {
  let at = 0;
  const need = (count) => {
    if (at + count > bytes.length) throw damaged("CBOR");
    at += count;
    return bytes.subarray(at - count, at);
  };
  const argument = (info) => {
    if (info < 24) return info;
    if (info > 26) throw damaged("CBOR"); // nothing here is longer than 32 bits
    return need(1 << (info - 24)).reduce((value, byte) => value * 256 + byte, 0);
  };
  const item = (depth) => {
    if (depth > 8) throw damaged("CBOR");
    const [head] = need(1);
    const [major, info] = [head >> 5, head & 31];
    if (major === 7) {
      if (info === 20 || info === 21) return info === 21;
      if (info === 22 || info === 23) return null;
      throw damaged("CBOR");
    }
    const value = argument(info);
    switch (major) {
      case 0:
        return value;
      case 1:
        return -1 - value;
      case 2:
        return need(value).slice();
      case 3:
        try {
          return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(need(value));
        } catch {
          throw damaged("CBOR");
        }
      case 4: {
        const list = [];
        for (let i = 0; i < value; i += 1) list.push(item(depth + 1));
        return list;
      }
      case 5: {
        const map = new Map();
        for (let i = 0; i < value; i += 1) {
          const key = item(depth + 1);
          if (map.has(key)) throw damaged("CBOR");
          map.set(key, item(depth + 1));
        }
        return map;
      }
      default:
        return { tag: value, value: item(depth + 1) };
    }
  };
  const value = item(0);
  if (at !== bytes.length) throw damaged("CBOR");
  return value;
}

const head = (major, length) =>
  length < 24
    ? [(major << 5) | length]
    : length < 256
      ? [(major << 5) | 24, length]
      : [(major << 5) | 25, length >> 8, length & 0xff];
const byteString = (bytes) => [...head(2, bytes.length), ...bytes];

/** What is signed: ["Signature1", protected, h'', payload] (RFC 9052, 4.4). */
function signedBytes(protectedBytes, payload) {
  const context = new TextEncoder().encode("Signature1");
  return Uint8Array.from([
    0x84,
    ...head(3, context.length),
    ...context,
    ...byteString(protectedBytes),
    0x40,
    ...byteString(payload),
  ]);
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const day = (days) => {
  if (!Number.isInteger(days) || Math.abs(days) > 4_000_000) throw damaged("claims");
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
};

function claimsOf(bytes) {
  const map = decodeCbor(bytes);
  if (!(map instanceof Map)) throw damaged("claims");
  const text = (key) => {
    const value = map.get(key);
    if (typeof value !== "string" || value === "") throw damaged("claims");
    return value;
  };
  const scopes = map.get(4);
  const division = map.get(8);
  if (!Array.isArray(scopes) || !scopes.every((s) => typeof s === "string")) throw damaged("claims");
  if (!Number.isInteger(division) || division < 0) throw damaged("claims");
  const until = map.get(6) ?? null;
  return {
    number: text(1),
    holder: text(2),
    class: text(3),
    scopes,
    valid_from: day(map.get(5)),
    valid_until: until === null ? null : day(until),
    agency: text(7),
    division,
    case_number: text(9),
    issued_on: day(map.get(10)),
  };
}

function unescape(text) {
  if (!/^(?:[^%]|%[0-7][0-9A-Fa-f])*$/.test(text)) return null;
  return text.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

async function verifyPayload(payload, jwks) {
  if (!payload.startsWith(PREFIX)) throw new CheckError("not_a_permit");
  const signed = decodeCbor(await inflate(decodeBase45(payload.slice(PREFIX.length))));
  const parts = signed && signed.tag === 18 ? signed.value : null;
  if (!Array.isArray(parts) || parts.length !== 4) throw damaged("COSE");
  const [protectedBytes, , claims, signature] = parts;
  if (![protectedBytes, claims, signature].every((part) => part instanceof Uint8Array)) throw damaged("COSE");
  const header = decodeCbor(protectedBytes);
  if (!(header instanceof Map) || header.get(1) !== -7) throw damaged("COSE");
  const kid = header.get(4);
  if (!(kid instanceof Uint8Array)) throw new CheckError("unknown_key");
  const jwk = jwks.find((key) => key.kid === base64url(kid));
  if (!jwk) throw new CheckError("unknown_key");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, false, ["verify"]);
  const good = await crypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" },
    key,
    signature,
    signedBytes(protectedBytes, claims),
  );
  if (!good) throw new CheckError("forged");
  return claimsOf(claims);
}

/** Reads a whole link, its fragment or a bare payload; answers its claims or throws CheckError. */
export async function verify(text, jwks) {
  if (text.length > MAX_TEXT) throw new CheckError("too_long");
  const mark = text.indexOf("#");
  const fragment = (mark < 0 ? text : text.slice(mark + 1)).trimStart();
  let first;
  try {
    // A % may be base45's own or an escape, and only the whole tells: links are tried first.
    const unescaped = unescape(fragment.trimEnd());
    if (unescaped === null) throw damaged("base45");
    return await verifyPayload(unescaped, jwks);
  } catch (error) {
    first = error;
  }
  if (first instanceof CheckError && /[% ]/.test(fragment)) {
    try {
      return await verifyPayload(fragment.replace(/[\r\n\t]+$/, ""), jwks);
    } catch (second) {
      // The reading that got further knows better what is wrong.
      if (first.code === "damaged") throw second;
    }
  }
  throw first;
}

/** valid, pending, expired or revoked, on a day such as 2026-11-24 (Beijing time). */
export function standing(claims, today, revoked) {
  if (revoked && revoked.numbers.includes(claims.number)) return "revoked";
  if (revoked?.suspended?.includes(claims.number)) return "suspended";
  if (claims.valid_until !== null && today > claims.valid_until) return "expired";
  if (today < claims.valid_from) return "pending";
  return "valid";
}

/** Today's date where the authority is. */
export const beijingDay = (now) => new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

// ---- The page ----

const VERDICTS = {
  valid: ["✓", "有效", "Valid", "签名真实，在有效期内。"],
  pending: ["!", "尚未生效", "Not yet valid", "签名真实，但有效期尚未开始。"],
  expired: ["!", "已过期", "Expired", "签名真实，但有效期已过。"],
  suspended: ["✗", "已暂停", "Suspended", "该许可证的效力已被发证机关暂停，暂停期间不得从事许可的经营活动。"],
  revoked: ["✗", "已吊销", "Revoked", "该许可证已被发证机关吊销、撤销或注销，不再有效。"],
  forged: ["✗", "伪造或损坏", "Forged or damaged", ""],
  unknown: ["?", "暂时无法查验", "Cannot check now", ""],
  empty: ["▦", "请扫描二维码", "Scan the code on the permit", "用手机扫描许可证上的二维码打开本页，或在下方粘贴二维码的内容。"],
};
const REASONS = {
  not_a_permit: "这不是许可证二维码的内容。",
  damaged: "内容不完整或已损坏，请重新扫描整个二维码；如仍如此，请向发证机关核实。",
  too_long: "内容过长，不是许可证二维码的内容。",
  unknown_key: "不是用发证机关公布的密钥签发的。",
  forged: "签名与内容不符：内容被改动或系伪造。",
};

function show(state, detail = "", freshness = "", claims = null) {
  const [mark, title, english, standard] = VERDICTS[state];
  const put = (id, text) => {
    document.getElementById(id).textContent = text;
  };
  document.getElementById("verdict").dataset.state = state;
  put("verdict-mark", mark);
  put("verdict-title", title);
  put("verdict-en", english);
  put("verdict-detail", detail || standard);
  put("freshness", freshness);
  const list = document.getElementById("facts-list");
  list.replaceChildren();
  document.getElementById("facts").hidden = claims === null;
  if (claims === null) return;
  const until = claims.valid_until === null ? "长期" : claims.valid_until;
  for (const [term, value] of [
    ["许可证号", claims.number],
    ["业户名称", claims.holder],
    ["经营类别", claims.class],
    ["经营范围", claims.scopes.join("、") || "—"],
    ["有效期", `${claims.valid_from} 至 ${until}`],
    ["核发机关", claims.agency],
    ["发证日期", claims.issued_on],
    ["行政区划", String(claims.division)],
    ["业务件编号", claims.case_number],
  ]) {
    const row = document.createElement("div");
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term;
    dd.textContent = value;
    row.append(dt, dd);
    list.append(row);
  }
}

async function load(name) {
  try {
    const answer = await fetch(new URL(name, import.meta.url), { cache: "no-cache" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

const isKeySet = (value) => value !== null && Array.isArray(value.keys);
const isRevokedList = (value) => value !== null && Array.isArray(value.numbers) && typeof value.updated === "string";

/** How fresh the list of revoked numbers is: what an offline "valid" is worth. */
export function freshnessOf(revoked, now) {
  if (!revoked) return "未能取得吊销名单：无法确认该证是否已被吊销。请联网后再查。";
  const updated = new Date(revoked.updated);
  if (Number.isNaN(updated.getTime())) return "吊销名单的日期无法识别，请联网后再查。";
  const local = new Date(updated.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
  const stale = now.getTime() - updated.getTime() > 24 * 3_600_000;
  return stale
    ? `吊销名单截至 ${local}（超过一天）：此后是否吊销无法确认，请联网后再查。`
    : `已核对截至 ${local} 的吊销名单。`;
}

/** The day a permit is judged on: the real one, or the day a training installation is set to. */
export function dayOf(revoked, now) {
  const day = revoked?.training_day;
  return typeof day === "string" && /^\d{4}-\d\d-\d\d$/.test(day) ? day : beijingDay(now);
}

let turn = 0;
let asked = "";

async function check(text) {
  asked = text;
  turn += 1;
  const mine = turn;
  const tell = (...args) => mine === turn && show(...args); // a newer check has the page
  if (text.trim() === "" || text.trim() === "#") return tell("empty");
  if (!globalThis.crypto?.subtle) {
    return tell("unknown", "浏览器不支持查验，或网址不是以 https:// 开头。请用手机自带浏览器打开本页。");
  }
  const [keys, list] = await Promise.all([load("keys.json"), load("revoked.json")]);
  if (!isKeySet(keys)) {
    return tell("unknown", "未能取得发证机关的公钥，请检查网络后重试。首次使用需要联网一次。");
  }
  const revoked = isRevokedList(list) ? list : null;
  const now = new Date();
  try {
    const claims = await verify(text, keys.keys);
    const day = dayOf(revoked, now);
    const training = day === beijingDay(now) ? "" : `训练环境，按 ${day} 判断，不具法律效力。`;
    tell(standing(claims, day, revoked), "", training + freshnessOf(revoked, now), claims);
  } catch (error) {
    tell("forged", REASONS[error.code] || REASONS.damaged);
  }
}

function start() {
  const fromAddress = () => check(location.hash.slice(1));
  addEventListener("hashchange", fromAddress);
  addEventListener("online", () => check(asked)); // the list of revoked numbers may be newer
  document.getElementById("paste-form").addEventListener("submit", (event) => {
    event.preventDefault();
    check(document.getElementById("paste-text").value);
  });
  fromAddress();
  // The page lies one level above its worker: the server allows that scope by a header.
  navigator.serviceWorker
    ?.register(new URL("sw.js", import.meta.url), { scope: new URL("../check", import.meta.url).pathname })
    .catch(() => {}); // without a worker the page works online
}

if (typeof document !== "undefined") start();
