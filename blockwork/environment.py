"""What every process that is started here sees of a person's environment, made from nothing.

A variable that somebody has exported for something else, such as `AWS_PROFILE`, `NODE_ENV` or
`PYTHONSAFEPATH`, must not decide what this checkout does. So what is not named here is left out.

Run by `tools/shell` for every recipe of the Makefile, before there is any package and on whatever
`python3` the machine has: standard library only, and no syntax newer than Python 3.7.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

HERE = next(
    (folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "cdk.json").is_file()),
    Path(__file__).resolve().parents[1],
)
"""The app's folder: where somebody stands, or the next one above that has a `cdk.json`."""
OURS = HERE / ".local"

SAID_BY_CI = ("CI", "ARM64_SHOWN_BY", "EVERY_PYTHON")
# Who and where somebody is, which programs the machine has, what the terminal shows; and what
# CI says to the tests.
PLAIN = {
    *("HOME", "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH", "UV_PYTHON_INSTALL_DIR"),
    *("TERM", "COLORTERM", "NO_COLOR", *SAID_BY_CI),
}
# How registries are reached: proxies, certificates, mirrors and the way to identify oneself there.
REACHES_REGISTRIES = re.compile(
    r"(?i:(?:https?|all|no)_proxy)"
    r"|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NETRC"
    r"|XDG_CONFIG_HOME|XDG_CONFIG_DIRS|PYTHON_KEYRING_BACKEND|NPM_TOKEN|NODE_AUTH_TOKEN"
    r"|UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|INDEX_\w+_(?:USERNAME|PASSWORD)|EXTRA_INDEX_URL"
    r"|FIND_LINKS|NO_INDEX|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|KEYRING_PROVIDER|HTTP_\w+"
    r"|REQUEST_TIMEOUT|CONFIG_FILE|CACHE_DIR|CREDENTIALS_DIR)"
    r"|PIP_(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY"
    r"|CONFIG_FILE|CACHE_DIR|TIMEOUT|DEFAULT_TIMEOUT|RETRIES|KEYRING_PROVIDER)"
    r"|(?i:npm_config_(?://\S*|@\S*:registry|_auth\w*|registry|replace_registry_host|cafile|ca|cert"
    r"|key|proxy|https?_proxy|noproxy|strict_ssl|fetch_\w+|userconfig|globalconfig|cache))"
).fullmatch
# Paths: one that leads nowhere would stop the tool that is told of it.
PATHS = re.compile(
    r"SSL_CERT_\w+|\w+_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NETRC|PIP_CERT|PIP_CLIENT_CERT|\w+_CONFIG_FILE"
    r"|XDG_CONFIG_HOME|UV_PYTHON_INSTALL_DIR|(?i:npm_config_(?:\w*config|cafile))"
).fullmatch
CACHES = re.compile(r"UV_CACHE_DIR|PIP_CACHE_DIR|(?i:npm_config_cache)").fullmatch
# How one signs in to AWS: credentials, and what a helper needs that asks for them in a browser.
SIGNS_IN = re.compile(
    r"AWS_\w+|DISPLAY|WAYLAND_DISPLAY|BROWSER"
    r"|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK"
).fullmatch
ALWAYS = {
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "true",
    "npm_config_update_notifier": "false",
    # Its packages are unpacked once a checkout, wherever somebody's home is.
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(OURS / "cache" / "jsii"),
}
ENTERED = "BLOCKWORK_ENTERED"
"""Holds the id of a process that has started itself again: some systems add variables always."""
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


def persons_environment(*, aws: bool, given: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment for what a person has called.

    :param aws: whether it may sign in to AWS as the person does.
    :param given: the environment as it was found. Default: this process's.
    """
    given = dict(os.environ) if given is None else given
    kept = {
        name: value
        for name, value in given.items()
        if value
        and (name in PLAIN or REACHES_REGISTRIES(name) or (aws and SIGNS_IN(name)))
        and not (PATHS(name) and not Path(value).exists())
        and not (CACHES(name) and not can_be_made(Path(value)))
    }
    if not is_usable(Path(kept.get("HOME", os.devnull))):
        kept["HOME"] = str(our_home())
    home = Path(kept["HOME"])
    known = {name.lower() for name in kept}
    for name, cache in {"UV_CACHE_DIR": ".cache/uv", "npm_config_cache": ".npm"}.items():
        if name.lower() not in known:
            kept[name] = str(home / cache if can_be_made(home / cache) else OURS / "cache" / name)
    if "TMPDIR" in kept and not is_usable(Path(kept["TMPDIR"])):
        del kept["TMPDIR"]
    if any(name.lower().endswith("_proxy") for name in kept):
        spared = kept.get("no_proxy") or kept.get("NO_PROXY") or ""
        hosts = [host.strip() for host in spared.split(",") if host.strip()]
        hosts += [host for host in LOCAL_HOSTS if host not in hosts]
        kept["no_proxy"] = kept["NO_PROXY"] = ",".join(hosts)
    ours = [str(HERE / ".venv" / "bin"), str(HERE / "node_modules" / ".bin")]
    found = (given.get("PATH") or os.defpath).split(os.pathsep)
    path = [*ours, *(folder for folder in found if folder and folder not in ours)]
    return {**kept, **ALWAYS, "PATH": os.pathsep.join(path)}


def tool_environment() -> dict[str, str]:
    """Return the environment for a tool that the checkout itself calls.

    Its home is the checkout's, so that no `~/.cdk.json` and no `~/.aws` has a say. What a person's
    home says about registries is passed on by name. What CI says is for the tests.
    """
    person = persons_environment(aws=False)
    home = Path(person["HOME"])
    config = Path(person.get("XDG_CONFIG_HOME", home / ".config"))
    passed_on = {
        "XDG_CONFIG_HOME": config,
        "NETRC": home / ".netrc",
        "npm_config_userconfig": home / ".npmrc",
        "PIP_CONFIG_FILE": home / ".pip" / "pip.conf",
        "UV_PYTHON_INSTALL_DIR": home / ".local" / "share" / "uv" / "python",
    }
    known = {name.lower() for name in person}
    return {
        **{name: value for name, value in person.items() if name not in SAID_BY_CI},
        **{n: str(p) for n, p in passed_on.items() if n.lower() not in known and p.exists()},
        "HOME": str(our_home()),
        "NO_COLOR": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def our_home() -> Path:
    """Return the home of processes that must not see anybody's, made at first use."""
    home = OURS / "home"
    home.mkdir(parents=True, exist_ok=True)
    return home


def is_usable(folder: Path) -> bool:
    """Tell whether there is a folder and something can be made in it."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except (OSError, ValueError):
        return False
    return folder.is_absolute()


def can_be_made(folder: Path) -> bool:
    """Tell whether a folder is usable, or will be once it is made."""
    try:
        return is_usable(next(p for p in (folder, *folder.parents) if p.exists()))
    except (OSError, StopIteration):
        return False


def enter() -> None:
    """Start this process again, if it has to be, so that it sees nothing else of the environment.

    Only so do variables lose their hold that Python itself reads before any of our code runs.
    """
    this = str(os.getpid())  # stays the same
    if os.environ.pop(ENTERED, None) == this:
        return
    wanted = persons_environment(aws=True)
    if wanted != dict(os.environ):
        command = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, command, {**wanted, ENTERED: this})


def main() -> None:
    """Be the shell that make calls: with -c and the recipe's line.

    A recipe that sets the checkout up says in ALONE what it makes and from what. It runs alone, and
    not at all where another has made it meanwhile.
    """
    made_from = os.environ.get("ALONE", "").split()
    if made_from:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        from blockwork.alone import take, to_stderr

        what = "node-packages" if made_from[0].startswith("node_modules") else "python-packages"
        lock = take(OURS / "stamps" / f"{what}.lock", f"setting up {what}", to_stderr)
        os.set_inheritable(lock, True)
        if is_made(*map(Path, made_from)):
            return
    with_aws = os.environ.get("WITH_AWS") == "yes"
    os.execve("/bin/bash", ["bash", *sys.argv[1:]], persons_environment(aws=with_aws))


def is_made(target: Path, *sources: Path) -> bool:
    """Tell whether a file is there and as new as what it is made from."""
    if not target.exists():
        return False
    made = target.stat().st_mtime_ns
    return all(source.stat().st_mtime_ns <= made for source in sources)


if __name__ == "__main__":
    main()
