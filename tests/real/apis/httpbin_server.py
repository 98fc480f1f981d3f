"""httpbin on loopback: `httpbin_server.py PORT` serves, `httpbin_server.py spec` prints the description that it serves."""

import sys

from httpbin import app
from werkzeug.serving import WSGIRequestHandler, make_server

if sys.argv[1] == "spec":
    sys.stdout.write(app.test_client().get("/spec.json").get_data(as_text=True))
else:
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True).serve_forever()
