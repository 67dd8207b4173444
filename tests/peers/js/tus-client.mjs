// tus-js-client brings a file. Says "again" before it tries again after a cut, "done ADDRESS" at
// the end.
//
//   tus-client.mjs ENDPOINT AUTHORIZATION FILE SHA256
import { readFileSync } from "node:fs"
import { Upload } from "tus-js-client"

const say = (line) => process.stdout.write(`${line}\n`)
const [endpoint, authorization, file, sha256] = process.argv.slice(2)
const upload = new Upload(readFileSync(file), {
  endpoint,
  headers: { authorization },
  metadata: { sha256 },
  retryDelays: Array(20).fill(100),
  onShouldRetry: () => {
    say("again")
    return true
  },
  onSuccess: () => say(`done ${upload.url}`),
  onError: (error) => {
    say(`failed ${error.message}`)
    process.exit(1)
  },
})
upload.start()
