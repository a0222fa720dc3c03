// Which file answers an address that names none.
function toPage(request) {
  // Two slashes at the beginning of a location would name another host.
  var uri = request.uri.replace(/^[\/\\]+/, '/');
  if (uri.startsWith('/assets/') || uri.startsWith('/.well-known/')) {
    return undefined;
  }
  var isRoot = uri === '/' || uri === '/index.html';
  var names = uri.split('/').pop().includes('.');
  var home = '/';
  if (settings.languages.length) {
    var language = settings.languages.find(function (each) {
      return uri === '/' + each || uri.startsWith('/' + each + '/');
    });
    if (isRoot || (!language && !names)) {
      var rest = isRoot ? '/' : uri;
      var there = moved(302, '/' + wanted(request) + rest + query(request));
      there.headers.vary = { value: 'Accept-Language' };
      return there;
    }
    home = '/' + language + '/';
    if (uri === '/' + language) {
      return moved(301, home + query(request));
    }
  }
  if (names) {
    return undefined;
  }
  if (settings.style === 'app' || uri === home) {
    request.uri = home + 'index.html';
  } else if (settings.style === 'folders') {
    if (!uri.endsWith('/')) {
      return moved(301, uri + '/' + query(request));
    }
    request.uri = uri + 'index.html';
  } else if (uri.endsWith('/')) {
    return moved(301, uri.replace(/\/+$/, '') + query(request));
  } else {
    request.uri = uri + '.html';
  }
}

// The language a browser prefers of those that there are, else the first (RFC 4647, lookup).
function wanted(request) {
  var header = request.headers['accept-language'];
  var best = settings.languages[0];
  var most = 0;
  (header ? header.value : '').split(',').forEach(function (range) {
    var parts = range.trim().split(/\s*;\s*q=/);
    var weight = parts.length > 1 ? parseFloat(parts[1]) : 1;
    var tag = parts[0].toLowerCase();
    while (tag && weight > most) {
      var found = settings.languages.find(function (each) {
        return each.toLowerCase() === tag;
      });
      if (found) {
        best = found;
        most = weight;
      }
      tag = tag.split('-').slice(0, -1).join('-');
    }
  });
  return best;
}
