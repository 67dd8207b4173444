// What pages need beyond htmx: the keypad, jumping to the next open item, choices that show what
// belongs to them, the address to come back to. Nothing is decided here.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const csrf = () => document.body.dataset.csrf;
  const problem = (html) => { $('#problem').innerHTML = html; $('#problem').scrollIntoView({ block: 'nearest' }); };

  // Rows are laid over each other when news come; what somebody types stays.
  if (window.Idiomorph) {
    Idiomorph.defaults.ignoreActiveValue = true;
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === 'open' && node.tagName === 'DETAILS');
  }

  document.addEventListener('htmx:beforeRequest', (event) => {
    if (event.detail.requestConfig.verb !== 'get') problem('');
  });
  document.addEventListener('htmx:sendError', (event) => {
    if (event.detail.requestConfig?.verb === 'get') return;
    const words = document.createElement('p');
    words.textContent = document.body.dataset.stopped;
    problem(words.outerHTML);
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (!event.detail.successful && event.detail.xhr?.status >= 400) $('#problem').scrollIntoView({ block: 'nearest' });
  });

  document.addEventListener('submit', (event) => {
    for (const here of event.target.querySelectorAll('[data-here]')) here.value = location.pathname;
  }, true);
  // htmx reads the form before the event above would change it: fill it early as well.
  for (const here of document.querySelectorAll('[data-here]')) here.value = location.pathname + location.search;

  // Next open item -------------------------------------------------------------------------
  const show = (item) => {
    item.scrollIntoView({ block: 'center' });
    item.classList.add('shown');
    item.setAttribute('tabindex', '-1');
    item.focus({ preventScroll: true });
    setTimeout(() => item.classList.remove('shown'), 1600);
  };
  const next = () => {
    const open = [...document.querySelectorAll('.item.is-open')];
    if (!open.length) return;
    const line = innerHeight / 2;
    const below = open.find((item) => item.getBoundingClientRect().top > line + 40 && !item.classList.contains('shown'));
    show(below ?? open[0]);
  };

  // Keypad ---------------------------------------------------------------------------------
  let pad = null;
  let asked = 0;
  const digits = (value) => {
    pad.value = value;
    $('[data-keypad-value]').textContent = value === '' ? '—' : `${value} ${pad.unit}`;
    const mine = ++asked;
    const judged = $('[data-keypad-judged]');
    if (value === '') { judged.innerHTML = ''; return; }
    fetch(`${pad.path}/judge?value=${encodeURIComponent(value)}`)
      .then((answer) => (answer.ok ? answer.text() : ''))
      .then((html) => { if (mine === asked) judged.innerHTML = html; })
      .catch(() => {});
  };
  const open = (button) => {
    const dialog = $('#keypad');
    pad = { path: button.dataset.keypad, unit: button.dataset.unit, value: '', fresh: true };
    $('#keypad-name').textContent = button.dataset.name;
    $('[data-keypad-threshold]').textContent = button.dataset.threshold;
    $('[data-digit="."]').disabled = !button.dataset.decimals;
    digits(button.dataset.value);
    dialog.showModal();
  };
  const press = (key) => {
    if (!pad) return;
    if (key === 'back') { pad.fresh = false; digits(pad.value.slice(0, -1)); return; }
    const before = pad.fresh ? '' : pad.value;
    pad.fresh = false;
    if (key === '.' && (before.includes('.') || $('[data-digit="."]').disabled)) return;
    if (before.length < 10) digits(key === '.' && before === '' ? '0.' : before + key);
  };
  const save = () => {
    if (!pad || pad.value === '') return;
    const row = pad.path.split('/').pop();
    htmx.ajax('POST', `${pad.path}/value`, { target: `#i-${row}`, swap: 'outerHTML', values: { value: pad.value } });
    $('#keypad').close();
  };

  document.addEventListener('click', (event) => {
    const at = (selector) => event.target.closest(selector);
    let found;
    if ((found = at('[data-keypad]'))) open(found);
    else if ((found = at('[data-digit]'))) press(found.dataset.digit);
    else if (at('[data-keypad-save]')) save();
    else if (at('[data-keypad-cancel]')) $('#keypad').close();
    else if (at('[data-next]')) next();
    else if (at('[data-skip]')) $('#main').focus();
    else if ((found = at('[data-to]'))) document.getElementById(found.dataset.to)?.scrollIntoView();
    else if ((found = at('[data-key]'))) {
      const field = document.getElementById(found.closest('[data-pad]').dataset.pad);
      field.value = found.dataset.key === 'back' ? field.value.slice(0, -1) : field.value + found.dataset.key;
    }
  });
  document.addEventListener('keydown', (event) => {
    if (!$('#keypad')?.open) return;
    if (/^[0-9.]$/.test(event.key)) press(event.key);
    else if (event.key === ',') press('.');
    else if (event.key === 'Backspace') press('back');
    else if (event.key === 'Enter') save(); else return;
    event.preventDefault();
  });

  // Choices --------------------------------------------------------------------------------
  const choose = (root) => {
    for (const group of root.querySelectorAll('[data-how]')) {
      const how = group.querySelector(':checked')?.value;
      for (const part of group.closest('form').querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(how);
    }
  };
  document.addEventListener('change', (event) => {
    if (event.target.closest('[data-how]')) choose(document);
    if (event.target.dataset.finding !== undefined) event.target.form.querySelector('[data-finding-of]').value = event.target.dataset.finding;
  });
  choose(document);

  // An item that another page pointed at.
  const wanted = location.hash.slice(1) && document.getElementById(location.hash.slice(1));
  if (wanted) show(wanted);

  window.kanyan = { csrf, problem };
})();
