# The image of Liftwatch, from its wheel; docker-compose.yml says how it is run.
# Another base has Python 3.11 or newer with venv, and Debian's packages (make compose-test).
ARG BASE=python:3.11.14-slim-trixie

FROM ${BASE} AS build
WORKDIR /src
COPY constraints.txt pyproject.toml ./
# First what rarely changes: a newer Liftwatch finds it made.
RUN python -m venv /tools \
    && /tools/bin/python -m pip install --quiet --no-cache-dir -c constraints.txt build hatchling \
    && python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*p['dependencies'], *p['optional-dependencies']['pg'], sep='\n')" >/wanted.txt \
    && python -m venv /opt/liftwatch \
    && /opt/liftwatch/bin/python -m pip install --quiet --no-cache-dir -c constraints.txt -r /wanted.txt \
    && find /opt/liftwatch -type d -name tests -prune -exec rm -r {} +
COPY . .
RUN /tools/bin/python -m build --wheel --no-isolation --outdir /wheel \
    && /opt/liftwatch/bin/python -m pip install --quiet --no-deps --no-index /wheel/*.whl \
    && /opt/liftwatch/bin/python -m pip check \
    && /opt/liftwatch/bin/python -c "import sklearn.ensemble, scipy.signal, psycopg, uvicorn" \
    && /opt/liftwatch/bin/python -m pip uninstall --quiet --yes setuptools pip

FROM ${BASE}
# pg_dump of the server's version or newer: Debian 13 has 17. The letters are for PDFs of the fund.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends postgresql-client fonts-wqy-microhei >/dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/liftwatch /opt/liftwatch
COPY deploy/compose/set-up /opt/liftwatch/bin/liftwatch-set-up
COPY deploy/compose/back-up /opt/liftwatch/bin/liftwatch-back-up
COPY deploy/compose/healthy.py /opt/liftwatch/bin/healthy
ENV PATH=/opt/liftwatch/bin:$PATH PYTHONUNBUFFERED=1
# A volume that is empty takes the owner of the folder it is mounted over: 10001 is Liftwatch, 1883 the
# broker's image, 472 Grafana's.
RUN install -d -o 10001 -g 10001 /srv/liftwatch /var/lib/liftwatch /var/lib/liftwatch/models \
        /var/lib/liftwatch-fund /backups \
    && install -d -o 1883 -g 1883 /mosquitto /mosquitto/config /mosquitto/run \
    && install -d /mosquitto/config/certificates \
    && install -d -o 472 -g 0 /run/grafana
WORKDIR /srv/liftwatch
USER 10001:10001
ENTRYPOINT ["liftwatch"]
