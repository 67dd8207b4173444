// automerge-repo with its file storage and its WebSocket network, as a sync server and as a
// client. Every command says on standard output what the measuring program waits for.
//
//   repo.mjs import STORE DOCUMENTS IDS   takes saved documents in, writes ids and heads to IDS
//   repo.mjs serve STORE [IDS]            says "ready PORT"; with IDS, "done" when it holds them
//   repo.mjs pull STORE IDS PORT          fetches every document and stores it
//   repo.mjs push STORE IDS PORT          brings documents made offline to an empty server
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Automerge from "@automerge/automerge"
import { Repo } from "@automerge/automerge-repo"
import {
  WebSocketClientAdapter,
  WebSocketServerAdapter,
} from "@automerge/automerge-repo-network-websocket"
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs"
import { WebSocketServer } from "ws"

const say = (line) => process.stdout.write(`${line}\n`)
const ids = (file) => JSON.parse(readFileSync(file, "utf8"))
const heads = (handle) => [...Automerge.getHeads(handle.doc())].sort().join()
const storage = (folder) => {
  mkdirSync(folder, { recursive: true })
  return new NodeFSStorageAdapter(folder)
}

async function take(store, documents, file) {
  const repo = new Repo({ storage: storage(store), network: [] })
  const made = []
  for (const name of readdirSync(documents).sort()) {
    const handle = repo.import(readFileSync(join(documents, name)))
    made.push({ id: handle.documentId, heads: heads(handle) })
  }
  await repo.flush()
  writeFileSync(file, JSON.stringify(made))
  process.exit(0)
}

async function serve(store, file) {
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" })
  const repo = new Repo({
    storage: storage(store),
    network: [new WebSocketServerAdapter(sockets)],
    sharePolicy: async () => false,
  })
  sockets.on("listening", () => say(`ready ${sockets.address().port}`))
  if (sockets.address()) say(`ready ${sockets.address().port}`)
  if (!file) return
  const wanted = ids(file)
  const holds = ({ id, heads: at }) => {
    const handle = repo.handles[id]
    return handle?.isReady() && heads(handle) === at
  }
  let first = 0
  const look = async () => {
    while (first < wanted.length && holds(wanted[first])) first += 1
    if (first < wanted.length) return setTimeout(look, 5)
    await repo.flush()
    say("done")
  }
  look()
}

// A document counts when it is here and the server has answered about it, also the second time.
async function pull(store, file, port) {
  const repo = new Repo({ storage: storage(store), network: [], sharePolicy: async () => true })
  const wanted = ids(file)
  const answered = new Set()
  let all
  const answers = new Promise((resolve) => (all = resolve))
  repo.networkSubsystem.on("message", ({ documentId }) => {
    if (documentId && answered.add(documentId).size === wanted.length) all()
  })
  const begun = performance.now()
  await connect(repo, port)
  const handles = await Promise.all(wanted.map(({ id }) => repo.find(id)))
  await answers
  await repo.flush()
  const seconds = (performance.now() - begun) / 1000
  const complete = handles.filter((handle, n) => heads(handle) === wanted[n].heads).length
  say(JSON.stringify({ seconds, complete }))
  process.exit(complete === wanted.length ? 0 : 1)
}

async function connect(repo, port) {
  const adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${port}`)
  const peer = new Promise((ready) => repo.networkSubsystem.once("peer", ready))
  repo.networkSubsystem.addNetworkAdapter(adapter)
  await peer
}

async function push(store, file, port) {
  const repo = new Repo({ storage: storage(store), network: [] })
  await Promise.all(ids(file).map(({ id }) => repo.find(id)))
  say("connecting")
  await connect(repo, port)
}

const [command, ...rest] = process.argv.slice(2)
await { import: take, serve, pull, push }[command](...rest)
