// One JPEG to an upright rendition of at most 2048 px and a thumbnail of at most 320 px, on one
// core, as often as asked; prints the milliseconds of each time as JSON and keeps the last
// rendition, so that its quality can be compared.
//
//   sharp.mjs PICTURE TIMES RENDITION
import { readFileSync, writeFileSync } from "node:fs"
import sharp from "sharp"

sharp.concurrency(1)
sharp.cache(false)
const [file, times, out] = process.argv.slice(2)
const picture = readFileSync(file)
const milliseconds = []
for (let n = 0; n < Number(times); n += 1) {
  const begun = performance.now()
  const upright = sharp(picture).rotate().resize(2048, 2048, { fit: "inside", kernel: "lanczos3" })
  const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true })
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } }
  const rendition = await sharp(data, raw).jpeg({ quality: 85 }).toBuffer()
  await sharp(data, raw)
    .resize(320, 320, { fit: "inside", kernel: "lanczos3" })
    .jpeg({ quality: 80 })
    .toBuffer()
  milliseconds.push(performance.now() - begun)
  if (n === Number(times) - 1) writeFileSync(out, rendition)
}
process.stdout.write(`${JSON.stringify(milliseconds)}\n`)
