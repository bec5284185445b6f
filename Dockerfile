# The image of the action. It builds from this folder alone: the runner calls `docker build` where action.yml is.
#
# The base carries a tag and no digest yet; docs/unverified.md says why and how to pin it. Both stages start
# from the same one, so that the virtual environment finds the interpreter that it was made with.
FROM python:3.13-slim AS base


FROM base AS build

COPY .ci/requirements/image.txt /tmp/
# --no-deps with hashes: what is not in the lock file does not come in. Wheels only: nothing is compiled and no
# set-up code of a package runs.
RUN python3 -m venv --without-pip /opt/readygate \
 && python3 -m pip --python /opt/readygate/bin/python install \
      --disable-pip-version-check --no-cache-dir --no-compile \
      --require-hashes --no-deps --only-binary :all: -r /tmp/image.txt

# The wheel is built in an environment of its own, from locked tools, and installed like any other package.
COPY .ci/requirements/build.txt /tmp/
RUN python3 -m venv --without-pip /tmp/build \
 && python3 -m pip --python /tmp/build/bin/python install \
      --disable-pip-version-check --no-cache-dir --require-hashes --no-deps --only-binary :all: -r /tmp/build.txt
WORKDIR /tmp/project
COPY pyproject.toml README.md LICENSE ./
COPY src src
# Compiled here, once, instead of at each start. The container is thrown away after its run and could keep nothing;
# the sources never change, so Python need not compare them with what was compiled.
RUN /tmp/build/bin/python -m hatchling build -t wheel -d /tmp/dist \
 && python3 -m pip --python /opt/readygate/bin/python install \
      --disable-pip-version-check --no-cache-dir --no-compile --no-deps /tmp/dist/*.whl \
 && /opt/readygate/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/readygate/lib

COPY LICENSE /opt/readygate/


FROM base

LABEL org.opencontainers.image.title="Readygate" \
      org.opencontainers.image.description="Says on a pull request whether it is ready, from test reports and coverage." \
      org.opencontainers.image.licenses="MIT"

COPY --from=build /opt/readygate /opt/readygate

# Imports every module once, and PyGithub with all of its own. The base has no compiled standard library, so this
# leaves compiled what we use of it (more than half of the start-up time); and an image in which a module cannot be
# imported is never finished.
RUN /opt/readygate/bin/python -I -c "import github, importlib, pkgutil, readygate; \
[importlib.import_module(module.name) for module in pkgutil.walk_packages(readygate.__path__, 'readygate.') \
if not module.name.endswith('.__main__')]"

# The runner sets the working directory to the workspace, which holds the pull request's files, and passes the job's
# environment on. -I keeps both out of the import path: neither a requests.py there nor PYTHONPATH is heeded.
# -B: no compiled files from a container that is thrown away. -u: messages appear in order, and before a crash.
# In exec form, because a shell would drop inputs whose names have a hyphen (INPUT_TIME-BUDGET).
# No USER: the runner mounts files that only root may write, and GitHub asks for the default user.
ENTRYPOINT ["/opt/readygate/bin/python", "-I", "-B", "-u", "-m", "readygate"]
