// @tus/server with its file store: says "ready PORT".
//
//   tus.mjs FOLDER
import { FileStore } from "@tus/file-store"
import { Server } from "@tus/server"

const server = new Server({ path: "/files", datastore: new FileStore({ directory: process.argv[2] }) })
const listening = server.listen({ host: "127.0.0.1", port: 0 }, () =>
  process.stdout.write(`ready ${listening.address().port}\n`),
)
