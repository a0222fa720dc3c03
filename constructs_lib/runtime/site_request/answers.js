// What a step of a viewer request answers with instead of a file.

function moved(status, location) {
  return {
    statusCode: status,
    statusDescription: status === 301 ? 'Moved Permanently' : 'Found',
    headers: { location: { value: location }, 'cache-control': { value: 'no-cache' } },
  };
}

// The query as it came, in front of it a question mark.
function query(request) {
  var pairs = [];
  Object.keys(request.querystring).forEach(function (name) {
    var field = request.querystring[name];
    (field.multiValue || [field]).forEach(function (each) {
      pairs.push(each.value === '' ? name : name + '=' + each.value);
    });
  });
  return pairs.length ? '?' + pairs.join('&') : '';
}
