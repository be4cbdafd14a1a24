# One image for every part of the product: `lanhmanh serve <part>`, `lanhmanh migrate <service>`.
# All settings come from the environment as LANHMANH_*: docs/config.md.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# The environment stands where it will run: its commands name their interpreter by path.
WORKDIR /opt/lanhmanh
ENV UV_PROJECT_ENVIRONMENT=/opt/lanhmanh/.venv \
    UV_PYTHON=/usr/local/bin/python \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock ./
# uv of the version in the lock file, as in tools/bootstrap.sh.
RUN version=$(sed -n '/^name = "uv"$/{n;s/^version = "\(.*\)"$/\1/p;}' uv.lock) && \
    pip install --no-cache-dir --disable-pip-version-check "uv==$version"
# Dependencies first: they change less often than the code.
RUN uv sync --frozen --no-default-groups --no-install-project
COPY README.md LICENSE ./
COPY kernel kernel
COPY runtime runtime
COPY contracts contracts
COPY services services
COPY gateway gateway
COPY lanhmanh lanhmanh
COPY examples examples
RUN uv sync --frozen --no-default-groups --no-editable
# For processors like this one; on others the reports service compiles when it starts.
RUN .venv/bin/python -m services.reports.board.kernels

FROM ${PYTHON_IMAGE}
# What installs packages is not needed to run.
RUN pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip && \
    install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/lanhmanh
COPY --from=build /opt/lanhmanh/.venv /opt/lanhmanh/.venv
COPY deploy/container/alive.py /opt/lanhmanh/alive.py
ENV PATH=/opt/lanhmanh/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANHMANH_DATA=/var/lib/lanhmanh
WORKDIR /var/lib/lanhmanh
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
# A container runs one part, and whichever it is listens on one of these ports.
EXPOSE 8000 8001 8002 8003 8004 8009
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "/opt/lanhmanh/alive.py", "8000/healthz", "8001/healthz", "8002/healthz", "8003/healthz", "8004/healthz", "8009/readyz"]
ENTRYPOINT ["lanhmanh"]
CMD ["--help"]
