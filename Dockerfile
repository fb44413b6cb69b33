FROM python:3.11-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends curl tini \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/service-reports
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt

COPY dags dags
COPY plugins plugins
COPY include include

# The register keeps with every version which code made it; docs/server.md says how to give it.
ARG REVISION=unknown
ENV SERVICE_REPORTS_REVISION=$REVISION

RUN useradd --create-home --uid 50000 airflow \
 && mkdir --parents /opt/airflow /opt/service-reports/signing \
 && chown airflow /opt/airflow
USER airflow
ENTRYPOINT ["tini", "--"]
