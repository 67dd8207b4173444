// @automerge/automerge reads a document of ours and makes one change to it, of the kind that ours
// are: one text under one key of one map, as one value.
//
//   automerge.mjs SNAPSHOT ACTOR MESSAGE MAP KEY TEXT
//
// Prints the heads before, the text it found under the key, the change in base64 and the heads
// after, as JSON.
import { readFileSync } from "node:fs"
import * as Automerge from "@automerge/automerge"

const [file, actor, message, map, key, text] = process.argv.slice(2)
const before = Automerge.load(readFileSync(file), { actor })
const found = before[map][key]
const after = Automerge.change(before, { message, time: 0 }, (document) => {
  document[map][key] = new Automerge.ImmutableString(text)
})
const change = Automerge.getLastLocalChange(after)
process.stdout.write(
  JSON.stringify({
    heads: Automerge.getHeads(before),
    found: found === undefined ? null : found.toString(),
    change: Buffer.from(change).toString("base64"),
    after: Automerge.getHeads(after),
  }),
)
