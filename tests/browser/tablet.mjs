// Two inspectors, two tablets, one case, by taps alone: enrol, work without the server, lose a
// tablet's process twice, disagree, agree, let the applicant sign, sign, sync, approve. Looks at
// every page in both sizes and runs axe on it. Prints one line per step, fails loudly.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const env = (name) => process.env[`KANYAN_${name}`];
const shots = env('SHOTS');
const url = `http://${env('LISTEN')}`;
const codes = env('CODES').split(' ');
const [latitude, longitude] = env('PLACE').split(' ').map(Number);
const photos = readdirSync(env('PHOTOS')).sort().map((name) => join(env('PHOTOS'), name));
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const problems = [];
const children = new Set();
const seen = new Set();
mkdirSync(shots, { recursive: true });
const say = (line) => console.log(line);

// What is meant for this script would be settings of the server.
const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KANYAN_')));

// Processes -----------------------------------------------------------------------------------
function start(program, args, ready) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: plain });
    children.add(child);
    child.on('exit', () => children.delete(child));
    const lines = [];
    const fail = (why) => reject(new Error(`${program} ${why}: ${lines.slice(-5).join(' / ')}`));
    const late = setTimeout(() => fail('does not say that it is ready'), 120_000);
    child.on('exit', (code) => { clearTimeout(late); fail(`ended with ${code}`); });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const found = ready(line);
        if (found) { clearTimeout(late); resolve({ child, found }); }
      });
    }
    child.on('error', reject);
  });
}
const end = (child) => new Promise((done) => { child.on('exit', done); child.kill('SIGKILL'); });

const startServer = async () => (await start(env('SERVER'),
  ['serve', '--listen', env('LISTEN'), '--business-date', '2018-03-12', '--data', env('DATA')],
  (line) => line.includes('listening'))).child;

class Tablet {
  constructor(name, viewport) {
    this.name = name;
    this.viewport = viewport;
    this.folder = join(env('FOLDER'), name);
    this.passphrase = join(env('FOLDER'), `${name}.passphrase`);
    writeFileSync(this.passphrase, 'a passphrase for tests\n');
  }

  async start() {
    const { child, found } = await start(env('TABLET'),
      ['--data', this.folder, '--passphrase-file', this.passphrase, '--ask-every', '1'],
      (line) => line.startsWith('open ') && line.slice(5).trim());
    this.child = child;
    this.url = found;
    await this.page?.context().close();
    const context = await browser.newContext({ viewport: this.viewport, bypassCSP: true, locale: 'zh-CN',
      hasTouch: true, geolocation: { latitude, longitude, accuracy: 8 }, permissions: ['geolocation'] });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(120_000);
    const origin = new URL(found).origin;
    this.page.on('console', (message) => {
      // A refused action and a stopped program are part of the story.
      const expected = /Failed to load resource|ERR_|EventSource|\[object Event\]/.test(message.text());
      if (message.type() === 'error' && !expected) problems.push(`${this.name}: ${message.text()}`);
    });
    this.page.on('requestfinished', (request) => {
      const took = request.timing().responseEnd;
      if (took > 1500 && !request.url().endsWith('/live')) say(`slow: ${Math.round(took)} ms ${request.method()} ${request.url().slice(-70)}`);
    });
    this.page.on('pageerror', (error) => problems.push(`${this.name}: ${error.message}`));
    this.page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) problems.push(`foreign request: ${request.url()}`);
    });
    await this.page.goto(found);
    await this.page.waitForURL((there) => !there.pathname.startsWith('/launch'));
    this.base = new URL('.', this.page.url()).href;
  }

  go(path) { return this.page.goto(new URL(path, this.base).href); }

  async unlock(pin) {
    await this.go('officers');
    await this.page.locator('a.person:not(.add)').first().click();
    for (const digit of pin) await this.page.click(`[data-key="${digit}"]`);
    await this.page.click('.pad button.primary');
    await this.page.waitForURL(this.base);
  }

  async look(name) {
    if (seen.has(name)) return;
    seen.add(name);
    const page = this.page;
    const here = page.viewportSize();
    await page.evaluate(axe);
    const violated = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
    for (const one of violated.violations) problems.push(`${name}: ${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].any?.[0]?.message ?? ''}`);
    const small = await page.evaluate(() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, label.button')]
      .filter((one) => one.offsetParent && !one.matches('.skip, .hidden-file, p a, [type=radio]'))
      .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
      .filter(([box]) => box.width && (box.height < 43.5 || box.width < 43.5)).map(([box, html]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`));
    for (const one of small.slice(0, 3)) problems.push(`${name}: too small to tap: ${one}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 1) problems.push(`${name}: ${wide} px too wide at ${here.width}`);
    for (const size of [{ width: 1280, height: 800 }, { width: 800, height: 1280 }]) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `${shots}/${name}-${size.width}.png` });
    }
    await page.setViewportSize(here);
    say(`seen ${name}`);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function enrol(tablet, code, login, asLink) {
  const { page } = tablet;
  await tablet.look('01-new');
  await page.click('a[href=enrol]');
  if (asLink) await page.fill('#code', `${url}/enrol#${code}`);
  else { await page.fill('#server', url); await page.fill('#code', code); }
  await tablet.look('02-enrol');
  await page.click('form[hx-post=enrol] button');
  await page.waitForURL(/sign-in/);
  await page.fill('#login', login);
  await page.fill('#password', env('PASSWORD'));
  await tablet.look('03-sign-in');
  await page.click('form[hx-post="officers/sign-in"] button');
  await page.waitForURL(/officers\/pin/);
  await page.fill('#pin', '2580');
  await page.fill('#again', '2580');
  await tablet.look('04-pin');
  await page.click('form[hx-post="officers/pin"] button');
  await page.waitForURL(tablet.base);
  await page.locator('a.case').first().waitFor({ timeout: 60_000 }).catch(async () => {
    await page.reload();
    await page.locator('a.case').first().waitFor();
  });
}

async function visit(tablet) {
  const { page } = tablet;
  await page.locator('a.case').first().click();
  await page.waitForURL(/visit/);
  tablet.doc = new URL(page.url()).pathname.split('/').at(-2);
  await page.getByText('±8 m').first().waitFor();
  await page.click('form[hx-post$="visit/begin"] button');
  await page.locator('.done').first().waitFor();
  await page.fill('#name', '某某');
  await page.click('form[hx-post$="visit/present"] button');
  await page.getByText('某某（经营者）').waitFor();
  await page.click('form[hx-post$="visit/rights"] button');
  await page.locator('form[hx-post$="visit/rights"]').waitFor({ state: 'detached' });
  await tablet.look(`10-visit-${tablet.name}`);
}

async function value(page, id, digits) {
  await page.click(`#i-${id} [data-keypad]`);
  await page.locator('#keypad[open]').waitFor();
  for (const digit of digits) await page.click(`#keypad [data-digit="${digit}"]`);
}

// Answers one item as it asks for it.
async function answer(tablet, id) {
  const { page } = tablet;
  const row = page.locator(`#i-${id}`);
  const number = row.locator('[data-keypad]');
  if (await number.count()) {
    const bound = (await number.getAttribute('data-threshold')).match(/[\d.]+/)?.[0] ?? '1';
    await value(page, id, bound);
    await page.locator('#keypad .judged .verdict').waitFor();
    await page.click('[data-keypad-save]');
    await row.locator('.verdict.pass, .verdict.missing').first().waitFor();
  } else if (await row.locator('.tap.pass').count()) {
    await row.locator('.tap.pass').click();
    await page.locator(`#i-${id} .tap.pass[aria-pressed=true]`).waitFor();
    if (await row.locator('.verdict.missing').count() && (await row.textContent()).includes('检定')) {
      await row.locator('.more > summary').click();
      await row.locator('input[name=calibrated_until]').fill('2030-12-31');
      await row.locator('form[hx-post$="/more"] button').click();
      await page.locator(`#i-${id}.pass`).waitFor();
    }
  }
  // Only photos are left.
  if (await row.locator('.button.wanted').count() || !(await row.locator('.tap.pass').count())) {
    await row.locator('input[type=file]').setInputFiles(photos[0]);
    await page.locator(`#i-${id}.pass .thumb-link`).first().waitFor();
  }
}

try {
  let server = await startServer();
  const one = new Tablet('one', { width: 1280, height: 800 });
  const two = new Tablet('two', { width: 800, height: 1280 });
  await one.start();
  await two.start();
  await enrol(one, codes[0], 'inspector-1', true);
  await enrol(two, codes[1], 'inspector-2', false);
  await one.look('05-today');
  say('both tablets have the case');

  // No network from here on.
  await end(server);
  await visit(one);
  await visit(two);
  await one.go(`cases/${one.doc}`);
  await one.look('06-case');
  await one.go(`cases/${one.doc}/checklist`);
  await one.look('11-checklist-empty');
  const items = await one.page.locator('.item').evaluateAll((all) => all.map((item) => item.id.slice(2)));
  say(`${items.length} items`);
  if (items.length < 40) problems.push('the checklist is too short to prove anything');

  // A value, judged while it is typed.
  await value(one.page, 'F1', '18.5');
  await one.page.getByText('18.5 m² < 20 m²').first().waitFor();
  await one.page.screenshot({ path: `${shots}/12-keypad-1280.png` });
  await one.page.click('[data-keypad-save]');
  await one.page.locator('#i-F1.fail').waitFor();
  // Undone and done again.
  await one.page.click('#i-F1 button[hx-post$="/undo"]');
  await one.page.locator('#i-F1.missing').waitFor();
  await value(one.page, 'F1', '18.5');
  await one.page.click('[data-keypad-save]');
  await one.page.locator('#i-F1.fail').waitFor();

  await two.go(`cases/${two.doc}/checklist`);
  await value(two.page, 'F1', '21');
  await two.page.click('[data-keypad-save]');
  await two.page.locator('#i-F1.pass').waitFor();

  const others = items.filter((id) => id !== 'F1');
  const middle = Math.ceil(others.length / 2);
  const [first, second] = [others.slice(0, middle), others.slice(middle)];
  for (const [n, id] of first.entries()) {
    if (n === 10 || n === 25) {
      await end(one.child);
      await one.start();
      await one.look('07-locked');
      await one.unlock('2580');
      await one.go(`cases/${one.doc}/checklist`);
      const kept = await one.page.locator('.item.pass, .item.fail').count();
      if (kept < n) problems.push(`after the kill ${kept} answers are left of ${n + 1}`);
      say(`killed after ${n} answers, ${kept} are there`);
    }
    await answer(one, id);
  }
  await one.look('13-checklist-half');
  for (const id of second) await answer(two, id);
  say('every item is answered');

  // Photos in all eight orientations, several at once.
  await one.page.locator(`#i-${first[0]} input[type=file]`).setInputFiles(photos);
  await one.page.locator(`#i-${first[0]} .thumb-link`).nth(photos.length - 1).waitFor();
  const shapes = await one.page.locator(`#i-${first[0]} img.thumb`).evaluateAll(async (all) => {
    const sizes = [];
    for (const image of all) { image.loading = 'eager'; await image.decode(); sizes.push(image.naturalWidth > image.naturalHeight); }
    return sizes;
  });
  if (shapes.length !== photos.length || shapes.some((wide) => wide !== shapes[0])) problems.push(`not all upright: ${shapes}`);
  await one.page.locator(`#i-${first[0]} .thumb-link`).first().click();
  await one.page.locator('.stage img').evaluate((image) => image.decode());
  const box = await one.page.locator('.stage canvas').boundingBox();
  const drag = async (page, points) => {
    await page.mouse.move(...points[0]);
    await page.mouse.down();
    for (const point of points.slice(1)) await page.mouse.move(...point, { steps: 6 });
    await page.mouse.up();
  };
  await one.page.click('[data-tool=arrow]');
  await drag(one.page, [[box.x + 60, box.y + 60], [box.x + box.width / 2, box.y + box.height / 2]]);
  await one.page.click('[data-tool=circle]');
  await drag(one.page, [[box.x + box.width / 2, box.y + box.height / 3], [box.x + box.width * .8, box.y + box.height * .7]]);
  await one.page.click('[data-tool=text]');
  await one.page.fill('#draw-text', '铭牌');
  await one.page.locator('.stage canvas').click({ position: { x: 80, y: box.height - 60 } });
  await Promise.all([one.page.waitForNavigation(), one.page.click('[data-draw-save]')]);
  await one.page.locator('.stage img').evaluate((image) => image.decode());
  const strokes = JSON.parse(await one.page.locator('.stage').getAttribute('data-strokes'));
  if (strokes.map((stroke) => stroke.shape).join() !== 'arrow,circle,text') problems.push(`strokes: ${JSON.stringify(strokes)}`);
  await one.look('15-photo');
  const stamped = await one.page.request.get(await one.page.locator('a[href$="/stamped"]').evaluate((link) => link.href));
  if (stamped.headers()['content-type'] !== 'image/jpeg') problems.push('no stamped copy');
  writeFileSync(`${shots}/16-stamped.jpg`, await stamped.body());
  await one.go(`cases/${one.doc}/photos`);
  await one.look('14-photos');
  await one.go('sync');
  await one.look('17-sync-offline');

  // Another page on another loopback port can neither read nor post.
  const foreign = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>foreign</p>'));
  await new Promise((done) => foreign.listen(0, '127.0.0.1', done));
  const stranger = await one.page.context().newPage();
  await stranger.goto(`http://127.0.0.1:${foreign.address().port}/`);
  const tried = await stranger.evaluate(async (base) => {
    const attempt = async (options) => { try { const got = await fetch(base, options); return got.type === 'opaque' ? 'opaque' : `read ${got.status}`; } catch { return 'blocked'; } };
    const frame = await new Promise((done) => { const one = document.createElement('iframe'); one.onload = () => { try { done(one.contentDocument ? one.contentDocument.body.textContent : 'closed'); } catch { done('closed'); } }; one.src = base; document.body.append(one); setTimeout(() => done('closed'), 3000); });
    return [await attempt({ credentials: 'include' }), await attempt({ method: 'POST', credentials: 'include', body: 'language=en' }), frame.includes('勘验') ? 'read in a frame' : 'closed'];
  }, one.base);
  if (tried.some((result) => /read/.test(result))) problems.push(`a foreign page got through: ${tried}`);
  const posted = await stranger.evaluate((base) => new Promise((done) => {
    const form = document.createElement('form');
    form.method = 'POST'; form.action = `${base}language`; form.target = 'sink';
    form.innerHTML = '<input name=language value=en>';
    const sink = document.createElement('iframe'); sink.name = 'sink';
    document.body.append(sink, form); sink.onload = () => done('sent'); form.submit();
  }), one.base);
  await stranger.close();
  foreign.close();
  await one.page.reload();
  if (await one.page.evaluate(() => document.documentElement.lang) !== 'zh-CN') problems.push(`a foreign form was obeyed (${posted})`);
  say(`a page on another port: ${tried.join(', ')}`);

  // The server comes back; both sync, and the conflict shows on both.
  server = await startServer();
  // Safe is what it may have been before: what counts is a sync that ended after the tap.
  const safe = async (tablet) => {
    await tablet.go('sync');
    const tapped = Date.now();
    await tablet.page.click('form[hx-post="sync/now"] button');
    await tablet.page.waitForFunction(
      (since) => Number(document.querySelector('[data-last-good]')?.dataset.lastGood) > since,
      tapped, { timeout: 90_000 },
    );
    await tablet.page.locator('#sync.good').waitFor({ timeout: 90_000 });
  };
  await safe(one); await safe(two); await safe(one);
  await two.go(`cases/${two.doc}/checklist`);
  await two.page.locator('#i-F1 .conflict').waitFor();
  await two.page.locator('#i-F1').scrollIntoViewIfNeeded();
  await two.look('18-conflict');
  await two.page.locator('#i-F1 .sides label').filter({ hasText: '21 m²' }).click();
  await two.page.fill('#i-F1 input[name=reason]', '共同复测，含休息室');
  await two.page.click('#i-F1 .conflict button');
  await two.page.locator('#i-F1.pass').waitFor();
  say('the conflict is resolved');
  for (const tablet of [one, two]) {
    await tablet.go(`cases/${tablet.doc}/visit`);
    await tablet.page.click('form[hx-post$="visit/end"] button');
    await tablet.page.waitForURL(/finish/);
  }
  await safe(two); await safe(one); await safe(two);

  // The applicant signs on the first tablet.
  await one.go(`cases/${one.doc}/finish`);
  await one.look('20-finish');
  const gaps = await one.page.locator('.gaps li').allTextContents();
  if (gaps.length) problems.push(`still missing: ${gaps.join(' | ')}`);
  await one.page.click('a[href$="/record"]');
  await one.page.fill('#signer', '某某');
  await one.page.locator('.signature').scrollIntoViewIfNeeded();
  const pad = await one.page.locator('.signature').boundingBox();
  await drag(one.page, [[pad.x + 80, pad.y + 120], [pad.x + 240, pad.y + 60], [pad.x + 360, pad.y + 200], [pad.x + 620, pad.y + 90]]);
  await one.look('21-record-sign');
  await one.page.click('form[hx-post$="/confirm"] button.primary');
  await one.page.waitForURL(/finish/);
  await one.page.click('form[hx-post$="/sign"] button');
  await one.page.locator('.signers .word.good').waitFor();
  await one.look('22-signed');
  await safe(one); await safe(two);
  await two.go(`cases/${two.doc}/finish`);
  await two.page.click('form[hx-post$="/sign"] button');
  await two.page.locator('.signers .word.good').nth(1).waitFor();
  await safe(two); await safe(one);
  await one.go(`cases/${one.doc}/finish`);
  await one.page.locator('.notice.good').first().waitFor();
  await one.look('23-sealed');
  await one.go('sync');
  await one.look('24-sync-safe');

  // English, without a restart; and the officers' page.
  await one.page.click('.language button');
  await one.page.waitForFunction(() => document.documentElement.lang === 'en');
  await one.look('25-sync-english');
  await one.go(`cases/${one.doc}/checklist`);
  await one.look('26-checklist-english');
  await one.go('officers');
  await one.look('27-officers');

  // The office decides.
  const office = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
  await office.goto(`${url}/login`);
  await office.fill('input[name=login]', 'approver');
  await office.fill('input[name=password]', env('PASSWORD'));
  await office.click('form button.btn-primary, form button[type=submit]');
  await office.waitForURL((there) => there.pathname !== '/login');
  while (new URL(office.url()).pathname === '/login/code') {
    // A training installation shows the second factor's code; each works once.
    const shown = office.locator('[data-training-code]');
    if (await shown.count()) {
      await office.fill('input[name=code]', await shown.getAttribute('data-training-code'));
      await office.click('form button.btn-primary');
      await office.waitForLoadState();
    } else {
      const wait = Number(await office.locator('[data-training-wait]').getAttribute('data-training-wait'));
      await office.waitForTimeout(wait * 1000);
      await office.reload();
    }
  }
  await office.goto(`${url}${env('CASE')}/decide`);
  await office.check('input[name=outcome][value=granted]');
  const reasons = office.locator('textarea[name=reasons]');
  if (await reasons.count()) await reasons.fill('符合 GB/T 16739.1-2014 二类条件');
  await office.click('main form button.btn-primary');
  await office.click('main form button.btn-primary');
  await office.waitForURL((there) => there.pathname === env('CASE'));
  say('approved');
} catch (error) {
  problems.push(error.stack);
} finally {
  await browser.close();
  for (const child of children) child.kill('SIGKILL');
}
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
