// From login to permit in the system's Chromium: what an approver does, with pictures of every
// page. Reads where to go from the environment, prints one line per step, fails loudly.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { KANYAN_URL: url, KANYAN_CASE: casePath, KANYAN_PASSWORD: password, KANYAN_SHOTS: shots } = process.env;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const problems = [];
let seenCode = false;

async function session(login, options = {}) {
  // The pages forbid foreign scripts; axe is brought in by the browser itself.
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, bypassCSP: true, locale: 'zh-CN', ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) problems.push(`foreign request: ${request.url()}`);
  });
  await page.goto(`${url}/login`);
  if (login) {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', password);
    await page.click('form button.btn-primary, form button[type=submit]');
    await page.waitForURL((there) => there.pathname !== '/login');
    while (new URL(page.url()).pathname === '/login/code') {
      // A training installation shows the code; each works once.
      const shown = page.locator('[data-training-code]');
      if (await shown.count()) {
        if (login === 'admin' && !seenCode) { seenCode = true; await look(page, '01-login-code'); }
        await page.fill('input[name=code]', await shown.getAttribute('data-training-code'));
        await page.click('form button.btn-primary');
        await page.waitForLoadState();
      } else {
        const wait = Number(await page.locator('[data-training-wait]').getAttribute('data-training-wait'));
        await page.waitForTimeout(wait * 1000);
        await page.reload();
      }
    }
  }
  return page;
}

async function look(page, name, full = true) {
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: full });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }));
  for (const one of found.violations) {
    problems.push(`${name}: ${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 160)}`);
  }
  console.log(`seen ${name}`);
}

try {
  const visitor = await session(null);
  await look(visitor, '01-login');

  const clerk = await session('clerk');
  await look(clerk, '02-inbox-clerk');
  await clerk.goto(`${url}/applications/new`);
  await look(clerk, '03-register');

  const admin = await session('admin');
  await admin.goto(`${url}/tablets`);
  await look(admin, '04-tablets');

  const approver = await session('approver');
  await look(approver, '05-inbox-approver');
  await approver.goto(url + casePath);
  await look(approver, '06-case');
  const photo = approver.locator('a[href*="/photos/"]').first();
  await approver.goto(url + await photo.getAttribute('href'));
  await approver.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await look(approver, '07-photo', false);

  await approver.goto(`${url}${casePath}/decide`);
  await look(approver, '08-decide');
  await approver.check('input[name=outcome][value=granted]');
  const reasons = approver.locator('textarea[name=reasons]');
  if (await reasons.count()) await reasons.fill('符合 GB/T 16739.1-2014 二类条件');
  await approver.click('main form button.btn-primary');
  await look(approver, '09-check-answers');
  await approver.click('main form button.btn-primary');
  await approver.waitForURL((there) => there.pathname === casePath);
  await look(approver, '10-decided');

  await approver.goto(`${url}${casePath}/issue`);
  await look(approver, '11-issue');
  await approver.click('main form button.btn-primary');
  await approver.goto(`${url}${casePath}/permit`);
  const number = (await approver.locator('[data-permit-number]').first().textContent()).trim();
  const link = await approver.locator('[data-qr]').first().getAttribute('data-qr');
  await look(approver, '12-permit');

  // Anybody checks it, the second time without a network.
  const anybody = await (await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: false, locale: 'zh-CN' })).newPage();
  const seen = [];
  anybody.on('request', (request) => seen.push(request.url()));
  await anybody.goto(link);
  await anybody.getByText('签名真实，在有效期内').first().waitFor();
  await anybody.getByText('训练环境').first().waitFor();
  if (!(await anybody.textContent('body')).includes(number)) problems.push('the check page does not show the number');
  const payload = link.split('#')[1];
  if (seen.some((one) => new URL(one).search.includes(payload.slice(0, 40)))) problems.push('the payload left the device');
  await anybody.screenshot({ path: `${shots}/13-check.png`, fullPage: true });
  await anybody.waitForFunction(() => navigator.serviceWorker?.controller || navigator.serviceWorker?.ready.then(() => true));
  await anybody.context().setOffline(true);
  await anybody.goto(link.split('#')[0]);
  await anybody.goto(link);
  await anybody.reload();
  await anybody.getByText('签名真实，在有效期内').first().waitFor();
  console.log('seen the check page offline');

  const dark = await session('approver', { colorScheme: 'dark' });
  await dark.goto(url + casePath);
  await look(dark, '14-case-dark');
  console.log(`permit ${number}`);
} finally {
  await browser.close();
}
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
