# One image for the Prefect server and its workers: Python, PyTorch for CPUs, Stillhouse.
FROM python:3.11-slim-bookworm

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    PREFECT_LOGGING_EXTRA_LOGGERS=stillhouse

RUN useradd --create-home --uid 1000 stillhouse \
    && install -d -o stillhouse -g stillhouse /work /prefect /app /app/data /app/data/outputs
WORKDIR /app

# The largest part first, which changes least. PyTorch's own index has the build without CUDA.
COPY constraints.txt ./
RUN pip install -c constraints.txt \
    --extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0

COPY . .
# Editable, so that deployments find the flows where prefect.yaml lies beside them.
RUN pip install -c constraints.txt --editable '.[postgres,s3,documents,realism]'

USER stillhouse
ENV PREFECT_HOME=/prefect \
    STILLHOUSE_WORK=/work

# A worker by default; compose.yaml starts the server from the same image.
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health', timeout=5)"]
CMD ["prefect", "worker", "start", "--pool", "stillhouse", "--type", "process", "--with-healthcheck"]
