FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

RUN apt-get update \
 && apt-get install --yes --no-install-recommends curl tini \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/service-reports
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

COPY dags dags
COPY plugins plugins
COPY include include
COPY deploy deploy
COPY pyproject.toml .
# Byte-code is made here: who runs it may not write beside the sources, and would compile them in every task.
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && python -m compileall -q --invalidation-mode unchecked-hash dags plugins include deploy

# The register keeps with every version which code made it; docs/server.md says how to give it.
ARG REVISION=unknown
ENV SERVICE_REPORTS_REVISION=$REVISION

RUN useradd --create-home --uid 50000 airflow \
 && mkdir --parents /opt/airflow/logs /opt/service-reports/signing \
 && chown --recursive airflow /opt/airflow
USER airflow
ENTRYPOINT ["tini", "--"]
