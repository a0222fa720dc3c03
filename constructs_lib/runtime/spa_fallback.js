// CloudFront Function, viewer request: every address of the web app that names no file answers with
// its one page. A missing file stays missing, and no other behaviour is touched.
function handler(event) {
  var request = event.request;
  var lastSegment = request.uri.split('/').pop();
  if (!lastSegment.includes('.')) {
    request.uri = '/index.html';
  }
  return request;
}
