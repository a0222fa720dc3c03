// Who comes by a host name that only leads here is sent to the site's own.
function toOwnName(request) {
  if (settings.redirected.includes(request.headers.host.value)) {
    return moved(301, 'https://' + settings.name + request.uri + query(request));
  }
}
