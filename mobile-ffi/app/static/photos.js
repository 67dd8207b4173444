// Photos: several at once, one request each with its own progress; the picture is seen at once.
// And the place, as far as the device tells it.
(() => {
  'use strict';
  let place = null;
  const words = document.querySelectorAll('[data-place-words]');
  const say = (text) => { for (const one of words) one.textContent = text; };
  if (words.length || document.querySelector('[data-photos]')) {
    if ('geolocation' in navigator) {
      for (const one of words) one.textContent = one.dataset.waiting;
      navigator.geolocation.watchPosition((found) => {
        place = found.coords;
        say(`${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)} (±${Math.round(place.accuracy)} m)`);
        for (const form of document.querySelectorAll('form[data-place]')) {
          for (const name of ['latitude', 'longitude', 'accuracy']) form.elements[name].value = place[name];
        }
      }, () => { for (const one of words) one.textContent = one.dataset.none; }, { enableHighAccuracy: true, maximumAge: 10000 });
    } else for (const one of words) one.textContent = one.dataset.none;
  }

  const send = (bar, file) => new Promise((done) => {
    const box = document.createElement('div');
    box.className = 'upload';
    const picture = document.createElement('img');
    picture.alt = '';
    picture.src = URL.createObjectURL(file);
    const bar_ = document.createElement('progress');
    bar_.max = 100;
    bar_.setAttribute('aria-label', file.name);
    box.append(picture, bar_);
    uploads(bar).append(box);
    const form = new FormData();
    if (place) for (const name of ['latitude', 'longitude', 'accuracy']) form.append(name, place[name]);
    form.append('picture', file);
    const request = new XMLHttpRequest();
    request.open('POST', new URL(bar.dataset.photos, document.baseURI));
    request.setRequestHeader('x-kanyan-csrf', kanyan.csrf());
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar_.value = event.loaded / event.total * 90; };
    request.onload = () => {
      URL.revokeObjectURL(picture.src);
      if (request.status === 200) box.outerHTML = request.responseText;
      else { box.remove(); kanyan.problem(request.responseText); }
      done(request.status === 200);
    };
    request.onerror = () => { box.remove(); kanyan.problem(`<p>${document.body.dataset.stopped}</p>`); done(false); };
    request.send(form);
  });

  // Where the thumbnails of a bar are; made when there is none yet.
  const uploads = (bar) => {
    const row = bar.closest('.item');
    if (!row) return bar.querySelector('[data-uploads]') ?? bar;
    let thumbs = row.querySelector(':scope > .thumbs');
    if (!thumbs) {
      thumbs = document.createElement('div');
      thumbs.className = 'thumbs';
      row.querySelector('.said').after(thumbs);
    }
    return thumbs;
  };

  document.addEventListener('change', async (event) => {
    const input = event.target;
    const bar = input.type === 'file' && input.closest('[data-photos]');
    if (!bar) return;
    const files = [...input.files];
    input.value = '';
    kanyan.problem('');
    let good = true;
    for (const file of files) good = await send(bar, file) && good;
    if (bar.dataset.row) {
      // The verdict of the row may hang on its photos.
      const main = document.querySelector('#rows')?.parentElement;
      if (main) htmx.trigger(main, 'sse:news');
    } else if ('reload' in bar.dataset && good) location.reload();
  });
})();
