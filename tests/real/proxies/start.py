"""Starts a real proxy as the suite starts any: `start.py squid|tinyproxy|mitmproxy|agent --port N --policy FILE --ca FILE --state DIR`.

The rendered policy is the proxy's own configuration; this only puts the port and the state folder into it, and steps aside.
"""

import argparse
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("LETSBE_CACHE_REAL", HERE.parents[2] / ".cache-real"))


def squid(options, state):
    config = configured(options, state, "squid.conf")
    helper = "/usr/lib/squid/security_file_certgen"
    store = state / "certificates"
    if not store.exists():  # a restart finds it
        subprocess.run([helper, "-c", "-s", str(store), "-M", "4MB"], check=True, stdout=subprocess.DEVNULL)
    for path in state.rglob("*"):  # squid gives up root, and still writes here
        path.chmod(0o777 if path.is_dir() else 0o666)
    return ["squid", "-N", "-f", str(config)]


def tinyproxy(options, state):
    return ["tinyproxy", "-d", "-c", str(configured(options, state, "tinyproxy.conf"))]


def mitmproxy(options, state):
    (state / "mitmproxy-ca.pem").write_bytes(Path(options.ca).read_bytes())
    argv = [
        str(CACHE / "mitmproxy/bin/mitmdump"),
        "-q",
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        str(options.port),
    ]
    for setting in (
        f"confdir={state}",
        f"ssl_verify_upstream_trusted_ca={options.ca}",
        "connection_strategy=lazy",
        "stream_large_bodies=1m",
        f"letsbe_policy={options.policy}",
    ):
        argv += ["--set", setting]
    return [*argv, "-s", str(HERE / "mitmproxy/allow_list.py")]


def agent(options, state):
    node = CACHE / "agent/node_modules"
    os.environ["NODE_PATH"] = str(node)
    return ["node", str(HERE / "agent/shim.cjs"), str(options.port), options.policy]


def configured(options, state, name):
    """The rendered policy with the port in it. A proxy that was given a folder may run as another user."""
    state.chmod(0o777)
    text = Path(options.policy).read_text()
    for word, value in (("@PORT@", str(options.port)), ("@STATE@", str(state)), ("@CA@", options.ca)):
        text = text.replace(word, value)
    path = state / name
    path.write_text(text)
    for word in ("-filter",):  # tinyproxy reads its list from a file of its own
        if "@FILTER@\n" in text:
            config, rest = text.split("@FILTER@\n")
            (state / f"{name}{word}").write_text(rest)
            path.write_text(config)
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("product", choices=("squid", "tinyproxy", "mitmproxy", "agent"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--policy", required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--state", required=True)
    options = parser.parse_args()
    argv = globals()[options.product](options, Path(options.state))
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
