// Drawing with finger, pen or mouse: marks on a photo and the applicant's signature.
(() => {
  'use strict';
  const RED = '#e22020';

  // Marks on a photo -----------------------------------------------------------------------
  const stage = document.querySelector('[data-draw]');
  if (stage) {
    const canvas = stage.querySelector('canvas');
    const image = stage.querySelector('img');
    const pen = canvas.getContext('2d');
    const kept = JSON.parse(stage.dataset.strokes);
    const fresh = [];
    let tool = null;
    let from = null;
    const box = document.querySelector('[data-text-box]');
    const at = (event) => {
      const area = canvas.getBoundingClientRect();
      const part = (n, of) => Math.round(Math.min(Math.max(n / of, 0), 1) * 1000);
      return [part(event.clientX - area.left, area.width), part(event.clientY - area.top, area.height)];
    };
    const mark = ({ shape, points, text }) => {
      const on = ([x, y]) => [x / 1000 * canvas.width, y / 1000 * canvas.height];
      const [a, b] = [on(points[0]), on(points[points.length - 1])];
      pen.strokeStyle = pen.fillStyle = RED;
      pen.lineWidth = Math.max(canvas.width, canvas.height) / 300 + 1;
      pen.lineCap = 'round';
      pen.beginPath();
      if (shape === 'circle') {
        pen.ellipse((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.abs(b[0] - a[0]) / 2, Math.abs(b[1] - a[1]) / 2, 0, 0, Math.PI * 2);
      } else if (shape === 'text') {
        pen.font = `${Math.max(canvas.width, canvas.height) / 36}px sans-serif`;
        pen.textBaseline = 'top';
        pen.fillText(text ?? '', a[0], a[1]);
      } else if (shape === 'arrow') {
        const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        const barb = pen.lineWidth * 6;
        pen.moveTo(...a); pen.lineTo(...b);
        for (const side of [-2.6, 2.6]) { pen.moveTo(...b); pen.lineTo(b[0] + barb * Math.cos(angle + side), b[1] + barb * Math.sin(angle + side)); }
      } else points.forEach((point, n) => pen[n ? 'lineTo' : 'moveTo'](...on(point)));
      pen.stroke();
    };
    const draw = (more) => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      [...kept, ...fresh, ...(more ? [more] : [])].forEach(mark);
      for (const button of document.querySelectorAll('[data-draw-undo], [data-draw-save]')) button.disabled = fresh.length === 0;
    };
    const fit = () => { canvas.width = image.naturalWidth || image.width; canvas.height = image.naturalHeight || image.height; draw(); };
    image.complete ? fit() : image.addEventListener('load', fit);
    canvas.addEventListener('pointerdown', (event) => {
      if (!tool) return;
      const point = at(event);
      if (tool === 'text') {
        const text = document.getElementById('draw-text').value.trim();
        if (text) { fresh.push({ shape: 'text', points: [point], text }); draw(); } else document.getElementById('draw-text').focus();
        return;
      }
      from = point;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => { if (from) draw({ shape: tool, points: [from, at(event)] }); });
    canvas.addEventListener('pointerup', (event) => {
      if (!from) return;
      const to = at(event);
      if (Math.hypot(to[0] - from[0], to[1] - from[1]) > 8) fresh.push({ shape: tool, points: [from, to] });
      from = null;
      draw();
    });
    document.addEventListener('click', (event) => {
      const button = event.target.closest('[data-tool]');
      if (button) {
        tool = button.dataset.tool === tool ? null : button.dataset.tool;
        for (const one of document.querySelectorAll('[data-tool]')) one.setAttribute('aria-pressed', one.dataset.tool === tool);
        stage.classList.toggle('drawing', tool !== null);
        box.hidden = tool !== 'text';
      } else if (event.target.closest('[data-draw-undo]')) { fresh.pop(); draw(); }
      else if (event.target.closest('[data-draw-save]')) {
        fetch(stage.dataset.draw, { method: 'POST', headers: { 'content-type': 'application/json', 'x-kanyan-csrf': kanyan.csrf() }, body: JSON.stringify(fresh) })
          .then(async (answer) => { if (answer.ok) location.reload(); else kanyan.problem(await answer.text()); })
          .catch(() => kanyan.problem(`<p>${document.body.dataset.stopped}</p>`));
      }
    });
  }

  // Signature --------------------------------------------------------------------------------
  const sheet = document.querySelector('[data-signature]');
  if (sheet) {
    const pen = sheet.getContext('2d');
    const field = document.querySelector('[data-strokes-of]');
    let down = false;
    const at = (event) => {
      const area = sheet.getBoundingClientRect();
      const part = (n, of, max) => Math.round(Math.min(Math.max(n / of, 0), 1) * max);
      return [part(event.clientX - area.left, area.width, 1000), part(event.clientY - area.top, area.height, 300)];
    };
    pen.lineWidth = 5; pen.lineCap = pen.lineJoin = 'round'; pen.strokeStyle = '#14202e';
    sheet.addEventListener('pointerdown', (event) => {
      down = true;
      sheet.setPointerCapture(event.pointerId);
      const [x, y] = at(event);
      field.value += `M${x} ${y}`;
      pen.beginPath(); pen.moveTo(x, y);
      event.preventDefault();
    });
    sheet.addEventListener('pointermove', (event) => {
      if (!down) return;
      const [x, y] = at(event);
      field.value += `L${x} ${y}`;
      pen.lineTo(x, y); pen.stroke();
    });
    for (const end of ['pointerup', 'pointercancel']) sheet.addEventListener(end, () => { down = false; });
    document.querySelector('[data-signature-clear]').addEventListener('click', () => { field.value = ''; pen.clearRect(0, 0, 1000, 300); });
  }
})();
